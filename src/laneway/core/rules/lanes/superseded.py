"""LW1221: output of a compiler of lanes that came back as input."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.lanes import SUPERSEDED
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check
from laneway.core.rules.questions.words import listing


def check(mesh: Mesh) -> Iterator[Finding]:
    """Name the objects that are replaced, in one finding."""
    if not mesh.superseded:
        return
    first = mesh.superseded[0]
    things = mesh.snapshot.resources
    place = next(thing.meta.place() for thing in things if thing.meta.ref == first)
    names = listing(mesh.superseded, limit=2)
    yield finding(SUPERSEDED, place, count=len(mesh.superseded), names=names)


CHECK = Check.of_mesh(SUPERSEDED, check)
