"""LW1306: a split in which nobody gets anything."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.entry import ALL_WEIGHTS_ZERO
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check
from laneway.core.rules.questions.splits import splits


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find splits without a weight above 0."""
    for split in splits(mesh):
        if all(part.weight <= 0 for part in split.parts):
            yield finding(ALL_WEIGHTS_ZERO, split.place, split.subject, route=split.said)


CHECK = Check.of_mesh(ALL_WEIGHTS_ZERO, check)
