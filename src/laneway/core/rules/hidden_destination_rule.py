"""LW1406: a user's wildcard DestinationRule that the lanes' exact one takes the place of."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.routing import HIDDEN_DESTINATION_RULE
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan import RoutePlan
from laneway.core.routing.subsets import rule_host
from laneway.core.rules.check import Check
from laneway.core.rules.questions.user_rules import rules_by_host
from laneway.core.rules.questions.words import short_host


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Find the rules whose trafficPolicy is copied into the lanes' rule."""
    written = rules_by_host(mesh)
    for host in written.hosts(plan.lane_subsets):
        home = plan.lane_subsets[host].places[0]
        if home.traffic_policy is None:
            continue
        copied = (
            rule
            for rule in written.of(host)
            if rule.traffic_policy == home.traffic_policy and rule_host(rule) != host
        )
        for rule in copied:
            words = {"user": rule.meta.ref, "host": short_host(host)}
            place = rule.meta.place("spec", "host")
            yield finding(HIDDEN_DESTINATION_RULE, place, str(rule.meta.ref), **words)
            break


CHECK = Check(HIDDEN_DESTINATION_RULE, check)
