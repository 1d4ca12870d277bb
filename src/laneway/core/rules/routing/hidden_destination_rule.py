"""LW1406: a user's wildcard DestinationRule that the lanes' exact one takes the place of."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.routing import HIDDEN_DESTINATION_RULE
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.rules.check import Check
from laneway.core.rules.questions.user_rules import rules_by_host
from laneway.core.rules.questions.words import short_host


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Find the rules whose trafficPolicy is copied into the lanes' rule."""
    written = rules_by_host(mesh)
    for host in written.hosts(plan.lane_subsets):
        hidden = plan.lane_subsets[host].places[0].hides
        if hidden is None:
            continue
        copied = next(rule for rule in written.of(host) if rule.meta.ref == hidden)
        words = {"user": copied.meta.ref, "host": short_host(host)}
        place = copied.meta.place("spec", "host")
        yield finding(HIDDEN_DESTINATION_RULE, place, str(copied.meta.ref), **words)


CHECK = Check(HIDDEN_DESTINATION_RULE, check)
