"""LW1221: output of a compiler of lanes that came back as input."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.lanes import SUPERSEDED
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check
from laneway.core.rules.questions.words import listing


def check(mesh: Mesh) -> Iterator[Finding]:
    """Name the objects that are replaced, in one finding; in a cluster they are where they belong.

    An object of a cluster stands in no text.
    """
    superseded = set(mesh.superseded)
    things = mesh.snapshot.resources if superseded else ()
    metas = (thing.meta for thing in things if thing.meta.ref in superseded)
    written = sorted((meta for meta in metas if meta.source.text), key=lambda meta: meta.ref)
    if written:
        names = listing([meta.ref for meta in written], limit=2)
        yield finding(SUPERSEDED, written[0].place(), count=len(written), names=names)


CHECK = Check.of_mesh(SUPERSEDED, check)
