"""LW1307: a lane without a weight in a group that splits by weight."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.entry import LANE_WITHOUT_WEIGHT
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find lanes that a weighted entry leaves out because they do not say their share."""
    for group in mesh.groups:
        for lane in group.lanes if group.group.strategy == "weighted" else ():
            if lane.weight is None:
                meta = lane.lane.meta
                place = meta.place("spec")
                yield finding(LANE_WITHOUT_WEIGHT, place, str(meta.ref), lane=lane.name)


CHECK = Check.of_mesh(LANE_WITHOUT_WEIGHT, check)
