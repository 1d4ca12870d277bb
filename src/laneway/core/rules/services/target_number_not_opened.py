"""LW1610: a port whose `targetPort` is a number that the containers behind it do not speak of.

Containers that name no ports, or mention the number anywhere else, may well listen there.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.services import TARGET_NUMBER_NOT_OPENED
from laneway.core.findings.finding import Finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check
from laneway.core.rules.questions.targets import dead_port_finding, dead_ports


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find numbers that lead past every port a pod opens."""
    for dead in dead_ports(mesh):
        if isinstance(dead.of.port.target, int):
            yield dead_port_finding(TARGET_NUMBER_NOT_OPENED, dead)


CHECK = Check.of_mesh(TARGET_NUMBER_NOT_OPENED, check, of_calls=True)
