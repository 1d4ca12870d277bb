"""LW1304: weights of a split that do not add up to 100."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.entry import WEIGHTS_NOT_100
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check
from laneway.core.rules.questions.splits import Split, splits
from laneway.core.rules.questions.words import listing


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find splits with another sum, and say what each part really gets."""
    for split in splits(mesh):
        if split.total not in (0, 100) and not split.has_negative:
            place = next(part.place for part in split.parts if part.weight)
            words = {"route": split.said, "total": split.total, "shares": _shares(split)}
            yield finding(WEIGHTS_NOT_100, place, split.subject, **words)


def _shares(split: Split) -> str:
    return listing(
        f"{part.said} gets {100 * part.weight / split.total:.3g} %" for part in split.parts
    )


CHECK = Check.of_mesh(WEIGHTS_NOT_100, check)
