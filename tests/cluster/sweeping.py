"""Takes away what a test that failed in the middle has left on the cluster.

Comes in: a control plane that nobody is at work on. Goes out: the namespaces of the examples as
they were at first, and no kind of the vendor's. Tests clean up after themselves; this is for those
that could not, so that one failure is told once and not again by every test behind it.
"""

from __future__ import annotations

from laneway.core.emit.crds.definitions import definitions
from tests.cluster.control_plane import ControlPlane
from tests.cluster.lanes import NAMESPACES, asked, label

ISTIOS = "virtualservices,destinationrules,gateways,serviceentries,sidecars"
PROGRAMS = "deployments,replicasets,services"
AT_ONCE = ("--force", "--grace-period=0", "--wait=false")


def sweep(plane: ControlPlane) -> None:
    """Delete whatever a test may have put there; returns when pods and lanes are gone."""
    names = [one["metadata"]["name"] for one in definitions()]
    asked(plane, "delete", "crd", *names, "--ignore-not-found", "--timeout=180s")
    for namespace in NAMESPACES:
        here = f"-n={namespace}"
        asked(plane, "delete", PROGRAMS, here, "--field-selector=metadata.name!=kubernetes")
        asked(plane, "delete", "pods", "--all", here, *AT_ONCE)
        asked(plane, "wait", "--for=delete", "pods", "--all", here, "--timeout=180s")
        asked(plane, "delete", ISTIOS, "--all", here)
    label(plane, dict.fromkeys(("istio-injection", "istio.io/rev")))
