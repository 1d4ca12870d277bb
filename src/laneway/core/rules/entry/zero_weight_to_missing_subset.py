"""LW1320: a share of weight 0 for a subset that is not there."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.entry import ZERO_WEIGHT_TO_MISSING_SUBSET
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.rules.check import Check
from laneway.core.rules.questions.unseen_subsets import unseen_subsets
from laneway.core.rules.questions.words import short_host


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Find what stays behind in a route when a lane is removed."""
    for unseen in unseen_subsets(mesh, plan):
        if unseen.is_idle:
            written = unseen.written
            words = {
                "route": written.route,
                "subset": written.destination.subset,
                "host": short_host(written.host),
            }
            place = written.place.at("destination", "subset")
            subject = str(written.author.meta.ref)
            yield finding(ZERO_WEIGHT_TO_MISSING_SUBSET, place, subject, **words)


CHECK = Check(ZERO_WEIGHT_TO_MISSING_SUBSET, check, missing=True)
