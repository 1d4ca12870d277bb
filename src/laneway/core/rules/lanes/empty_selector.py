"""LW1207: a lane whose selector is met by every pod."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.lanes import EMPTY_SELECTOR
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find lanes without a labelSelector."""
    for group in mesh.groups:
        for lane in group.excluded:
            if not lane.selector:
                place = lane.meta.place("spec", "labelSelector")
                yield finding(EMPTY_SELECTOR, place, str(lane.meta.ref), lane=lane.meta.name)


CHECK = Check.of_mesh(EMPTY_SELECTOR, check)
