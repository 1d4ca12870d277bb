"""LW1312: an entry rule or weight that leads to a service the input does not hold."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.entry import UNKNOWN_ENTRY_SERVICE
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan.entries import entry_host
from laneway.core.routing.plan.entry_uses import entry_uses
from laneway.core.rules.check import Check
from laneway.core.rules.questions.services import service_fix


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find entry services that are not there."""
    for group in mesh.groups:
        for use in entry_uses(group):
            host = entry_host(mesh, use.destination.host)
            if host not in mesh.services:
                subject = str(use.lane.lane.meta.ref)
                words = {"owner": use.said, "host": host, "fix": service_fix(mesh, host)}
                yield finding(UNKNOWN_ENTRY_SERVICE, use.place.at("host"), subject, **words)


CHECK = Check.of_mesh(UNKNOWN_ENTRY_SERVICE, check, missing=True)
