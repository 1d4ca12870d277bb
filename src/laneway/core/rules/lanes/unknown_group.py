"""LW1203: a lane whose group the input does not hold."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.lanes import UNKNOWN_GROUP
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.superseded import GROUP_LABEL
from laneway.core.resources.yaml.nearness import likest
from laneway.core.rules.check import Check


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find lanes whose group is not there, and guess the one that was meant."""
    names = [group.name for group in mesh.groups]
    for lane in mesh.stray_lanes:
        if lane.group:
            meant = likest(lane.group, names)
            fix = f"Did you mean group {meant}?" if meant else _ADD.format(lane.group)
            place = lane.meta.place("metadata", "labels", GROUP_LABEL)
            words = {"lane": lane.meta.name, "group": lane.group, "fix": fix}
            yield finding(UNKNOWN_GROUP, place, str(lane.meta.ref), **words)


_ADD = "Add the ASMSwimLaneGroup {} to the input, or correct the label swimlane-group."

CHECK = Check.of_mesh(UNKNOWN_GROUP, check, missing=True)
