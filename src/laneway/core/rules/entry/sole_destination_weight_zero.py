"""LW1308: a route whose only destination has weight 0, which Istio reads as all.

https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRouteDestination
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.entry import SOLE_DESTINATION_WEIGHT_ZERO
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check
from laneway.core.rules.questions.destinations import written_destinations


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find such routes in users' VirtualServices."""
    for written in written_destinations(mesh):
        if written.alone and written.destination.weight == 0:
            place = written.place.at("weight")
            subject = str(written.author.meta.ref)
            yield finding(SOLE_DESTINATION_WEIGHT_ZERO, place, subject, route=written.route)


CHECK = Check.of_mesh(SOLE_DESTINATION_WEIGHT_ZERO, check)
