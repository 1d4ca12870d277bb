"""LW1609: a port whose `targetPort` is a name that no container behind the service has."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.services import TARGET_NAME_UNKNOWN
from laneway.core.findings.finding import Finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check
from laneway.core.rules.questions.targets import dead_port_finding, dead_ports


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find names that Kubernetes looks up in vain."""
    for dead in dead_ports(mesh):
        if isinstance(dead.of.port.target, str):
            yield dead_port_finding(TARGET_NAME_UNKNOWN, dead)


CHECK = Check.of_mesh(TARGET_NAME_UNKNOWN, check, of_calls=True)
