"""LW1321: a user's route sends requests to a subset that is not there."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.entry import MISSING_SUBSET
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.yaml.nearness import likest
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.rules.check import Check
from laneway.core.rules.questions.unseen_subsets import unseen_subsets
from laneway.core.rules.questions.words import listing, short_host


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Find destinations whose requests get 503 for want of a subset."""
    for unseen in unseen_subsets(mesh, plan):
        if not unseen.is_idle:
            written = unseen.written
            words = {
                "route": written.route,
                "subset": written.destination.subset,
                "host": short_host(written.host),
                "fix": _fix(written.destination.subset, unseen.declared),
            }
            place = written.place.at("destination", "subset")
            yield finding(MISSING_SUBSET, place, str(written.author.meta.ref), **words)


def _fix(wanted: str, declared: tuple[str, ...]) -> str:
    meant = likest(wanted, declared)
    if meant:
        return f"Did you mean {meant}?"
    if declared:
        return f"Write one of the subsets that are declared ({listing(declared)}), or add the lane."
    return "Add a lane or a DestinationRule that declares the subset."


CHECK = Check(MISSING_SUBSET, check, missing=True)
