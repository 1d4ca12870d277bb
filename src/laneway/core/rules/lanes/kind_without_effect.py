"""LW1224: the vendor's own carriers of lanes, which nothing follows from."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.lanes import KIND_WITHOUT_EFFECT
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check


def check(mesh: Mesh) -> Iterator[Finding]:
    """Name each object of these kinds that a user wrote."""
    for thing in mesh.carriers:
        ref = thing.meta.ref
        yield finding(KIND_WITHOUT_EFFECT, thing.meta.place("kind"), str(ref), what=str(ref))


CHECK = Check.of_mesh(KIND_WITHOUT_EFFECT, check)
