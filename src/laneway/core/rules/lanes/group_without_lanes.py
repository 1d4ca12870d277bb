"""LW1204: a group that has no lanes."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.lanes import GROUP_WITHOUT_LANES
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find groups of which no lane speaks, not even one that is left out."""
    for group in mesh.groups:
        if not group.lanes and not group.excluded:
            meta = group.group.meta
            place = meta.place("metadata", "name")
            yield finding(GROUP_WITHOUT_LANES, place, str(meta.ref), group=group.name)


CHECK = Check.of_mesh(GROUP_WITHOUT_LANES, check, missing=True)
