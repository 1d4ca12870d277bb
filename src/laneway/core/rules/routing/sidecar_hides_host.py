"""LW1410: a Sidecar whose egress leaves out services of a lane group.

https://istio.io/latest/docs/reference/config/networking/sidecar/#IstioEgressListener
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.routing import SIDECAR_HIDES_HOST
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check
from laneway.core.rules.questions.members import pod_name, pods_of
from laneway.core.rules.questions.sidecars import hidden_services
from laneway.core.rules.questions.words import listing, short_host


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find Sidecars that hide a service from pods that are taken to call it."""
    for group in mesh.groups if mesh.sidecars else ():
        for hidden in hidden_services(mesh, group):
            meta = hidden.by.meta
            if meta.ref.kind == "Sidecar" and hidden.pods:
                hosts = [host for host in group.hosts if host in hidden.hosts]
                pods = list(hidden.pods.values())
                inside = pods_of(mesh, group)
                names = listing([pod_name(pod) for pod in pods], limit=2)
                outside = any(id(pod) not in inside for pod in pods)
                words = {
                    "user": meta.ref,
                    "hosts": listing(short_host(host) for host in hosts),
                    "group": group.name,
                    "callers": f"{names}, callers" if outside else names,
                    "pattern": f"{mesh.services[hosts[0]].namespace}/{hosts[0]}",
                }
                place = meta.place(*hidden.by.path)
                yield finding(SIDECAR_HIDES_HOST, place, str(meta.ref), **words)


CHECK = Check.of_mesh(SIDECAR_HIDES_HOST, check)
