"""LW1806: a TCP port of a service in a permissive group. LW1603 speaks of strict ones."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.permissive import TCP_NOT_ISOLATED
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check
from laneway.core.rules.questions.ports import lane_ports
from laneway.core.rules.questions.words import short_host


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find ports on which a request cannot return to its lane."""
    for one in lane_ports(mesh):
        if one.port.protocol == "tcp" and one.group.baseline is not None:
            words = {
                "port": one.port.number,
                "service": short_host(one.service.host),
                "group": one.group.name,
            }
            yield finding(TCP_NOT_ISOLATED, one.place, str(one.service.service.meta.ref), **words)


CHECK = Check.of_mesh(TCP_NOT_ISOLATED, check)
