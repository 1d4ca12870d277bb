"""LW1603: a TCP port of a strict lane service, where only the caller decides the lane."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.services import TCP_PORT
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check
from laneway.core.rules.questions.ports import lane_ports
from laneway.core.rules.questions.words import short_host


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find ports that say they are no HTTP."""
    for one in lane_ports(mesh):
        if one.port.protocol == "tcp" and one.group.baseline is None:
            words = {"port": one.port.number, "service": short_host(one.service.host)}
            yield finding(TCP_PORT, one.place, str(one.service.service.meta.ref), **words)


CHECK = Check.of_mesh(TCP_PORT, check, of_calls=True)
