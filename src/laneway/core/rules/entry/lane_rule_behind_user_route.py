"""LW1319: a lane's entry rule all of whose requests a user's route takes first."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.entry import LANE_RULE_BEHIND_USER_ROUTE
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan.route_plan import Origin, RoutePlan
from laneway.core.rules.check import Check
from laneway.core.rules.questions.authors import Authors
from laneway.core.rules.questions.cover import Earlier
from laneway.core.rules.questions.shared_hosts import is_of_lanes, shared_hosts
from laneway.core.rules.questions.words import listing


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Find lanes' rules behind users' routes, each once."""
    authors = Authors(mesh)
    told: set[Origin] = set()
    for host in shared_hosts(plan):
        earlier = Earlier()
        for rule in host.rules:
            if not is_of_lanes(rule):
                earlier.add(rule)
                continue
            takers = earlier.takers(rule)
            if takers and rule.origin not in told:
                told.add(rule.origin)
                words = {
                    "rule": authors.say(rule),
                    "before": listing(dict.fromkeys(authors.say(taker) for taker in takers)),
                }
                subject = str(rule.origin.ref)
                yield finding(LANE_RULE_BEHIND_USER_ROUTE, authors.place(rule), subject, **words)


CHECK = Check(LANE_RULE_BEHIND_USER_ROUTE, check)
