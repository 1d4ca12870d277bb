"""LW1216: a lane whose label value is the name of another lane."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.lanes import TAG_NAME_TAKEN
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find label values that would name the subset of another lane."""
    for group in mesh.groups:
        names = {str(lane.name) for lane in group.lanes}
        for lane in group.lanes:
            key, tag = lane.selector[0]
            if len(lane.selector) == 1 and tag != lane.name and tag in names:
                meta = lane.lane.meta
                place = meta.place("spec", "labelSelector", key)
                words = {"tag": tag, "lane": lane.name}
                yield finding(TAG_NAME_TAKEN, place, str(meta.ref), **words)


CHECK = Check.of_mesh(TAG_NAME_TAKEN, check)
