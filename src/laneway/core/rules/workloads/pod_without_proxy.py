"""LW1506: a live Pod of a lane that runs without the sidecar's container."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.workloads import POD_WITHOUT_PROXY
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check
from laneway.core.rules.questions.sidecarless import lacking


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find Pods with no istio-proxy among their containers and init containers."""
    for pod in lacking(mesh, "no proxy container"):
        place = pod.meta.place("spec", "containers")
        words = {"workload": pod.meta.ref}
        yield finding(POD_WITHOUT_PROXY, place, str(pod.meta.ref), **words)


CHECK = Check.of_mesh(POD_WITHOUT_PROXY, check, of_calls=True)
