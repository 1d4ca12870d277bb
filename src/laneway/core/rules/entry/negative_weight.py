"""LW1305: a weight below 0.

A lane's is one also where the group's strategy does not look at it: no cluster takes the lane.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from laneway.core.findings.codes.entry import NEGATIVE_WEIGHT
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check
from laneway.core.rules.questions.splits import of_group, splits


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find negative weights of lanes and of users' routes."""
    unasked = (of_group(one) for one in mesh.groups if one.group.strategy != "weighted")
    for split in chain(splits(mesh), unasked):
        for part in split.parts:
            if part.weight < 0:
                words = {"owner": f"{part.said} in {split.said}", "weight": part.weight}
                yield finding(NEGATIVE_WEIGHT, part.place, part.subject, **words)


CHECK = Check.of_mesh(NEGATIVE_WEIGHT, check)
