"""LW1507: lane pods on the host's network, which Istio never injects."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.workloads import HOST_NETWORK
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check
from laneway.core.rules.questions.members import pod_name, spec_place
from laneway.core.rules.questions.sidecarless import lacking


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find pods with hostNetwork."""
    for pod in lacking(mesh, "host network"):
        place = spec_place(pod, "hostNetwork")
        yield finding(HOST_NETWORK, place, str(pod.meta.ref), workload=pod_name(pod))


CHECK = Check.of_mesh(HOST_NETWORK, check, of_calls=True)
