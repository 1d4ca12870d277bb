"""LW1305: a weight below 0."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.entry import NEGATIVE_WEIGHT
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check
from laneway.core.rules.questions.splits import splits


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find negative weights of lanes and of users' routes."""
    for split in splits(mesh):
        for part in split.parts:
            if part.weight < 0:
                words = {"owner": f"{part.said} in {split.said}", "weight": part.weight}
                yield finding(NEGATIVE_WEIGHT, part.place, part.subject, **words)


CHECK = Check.of_mesh(NEGATIVE_WEIGHT, check)
