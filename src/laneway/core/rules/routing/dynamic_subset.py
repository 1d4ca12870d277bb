"""LW1403: a route whose subset only the vendor's mesh can look up, at run time."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.routing import DYNAMIC_SUBSET
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check
from laneway.core.rules.questions.destinations import written_destinations


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find subsets that begin with a dollar sign."""
    for written in written_destinations(mesh):
        if written.destination.subset.startswith("$"):
            place = written.place.at("destination", "subset")
            words = {"route": written.route, "subset": written.destination.subset}
            yield finding(DYNAMIC_SUBSET, place, str(written.author.meta.ref), **words)


CHECK = Check.of_mesh(DYNAMIC_SUBSET, check)
