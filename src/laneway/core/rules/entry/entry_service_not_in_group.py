"""LW1315: an entry rule or weight that leads to a service of another group or of none."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.entry import ENTRY_SERVICE_NOT_IN_GROUP
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan.entries import entry_host
from laneway.core.routing.plan.entry_uses import entry_uses
from laneway.core.rules.check import Check
from laneway.core.rules.questions.words import short_host


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find entry services that have no subset for the lane."""
    for group in mesh.groups:
        for use in entry_uses(group):
            host = entry_host(mesh, use.destination.host)
            if host in mesh.services and host not in group.hosts:
                words = {"owner": use.said, "service": short_host(host), "group": group.name}
                subject = str(use.lane.lane.meta.ref)
                yield finding(ENTRY_SERVICE_NOT_IN_GROUP, use.place.at("host"), subject, **words)


CHECK = Check.of_mesh(ENTRY_SERVICE_NOT_IN_GROUP, check, missing=True)
