"""LW1602: a port of a lane service that does not say its protocol."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.services import PORT_NOT_NAMED
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check
from laneway.core.rules.questions.ports import lane_ports
from laneway.core.rules.questions.words import short_host


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find ports whose protocol Istio has to guess."""
    for one in lane_ports(mesh):
        if one.port.sniffed:
            words = {"port": one.port.number, "service": short_host(one.service.host)}
            yield finding(PORT_NOT_NAMED, one.place, str(one.service.service.meta.ref), **words)


CHECK = Check.of_mesh(PORT_NOT_NAMED, check, of_calls=True)
