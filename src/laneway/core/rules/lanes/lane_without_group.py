"""LW1202: a lane that names no group."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.lanes import LANE_WITHOUT_GROUP
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find lanes without the label that names their group."""
    for lane in mesh.stray_lanes:
        if not lane.group:
            meta = lane.meta
            place = meta.place("metadata", "labels" if meta.labels else "name")
            yield finding(LANE_WITHOUT_GROUP, place, str(meta.ref), lane=meta.name)


CHECK = Check.of_mesh(LANE_WITHOUT_GROUP, check)
