"""LW1219: where callers go that are in no lane of a strict group."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.lanes import DEFAULT_LANE
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan import RoutePlan
from laneway.core.rules.check import Check


def check(mesh: Mesh, _plan: RoutePlan) -> Iterator[Finding]:
    """Name the lane of each strict group's last route."""
    for group in mesh.groups:
        if group.held or group.group.is_permissive or not group.lanes:
            continue
        first = group.lanes[0]
        place = first.lane.meta.place("metadata", "name")
        words = {"group": group.name, "lane": first.name}
        yield finding(DEFAULT_LANE, place, str(first.lane.meta.ref), **words)


CHECK = Check(DEFAULT_LANE, check)
