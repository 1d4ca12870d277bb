"""LW1404: a destination with the vendor's `fallback` block."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.routing import FALLBACK_BLOCK
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan import RoutePlan
from laneway.core.rules.check import Check
from laneway.core.rules.questions.destinations import written_destinations


def check(mesh: Mesh, _plan: RoutePlan) -> Iterator[Finding]:
    """Find destinations that name a fallback."""
    for written in written_destinations(mesh):
        if written.destination.fallback is not None:
            place = written.place.at("fallback")
            subject = str(written.author.meta.ref)
            yield finding(FALLBACK_BLOCK, place, subject, route=written.route)


CHECK = Check(FALLBACK_BLOCK, check)
