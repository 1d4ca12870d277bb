"""LW1226: lanes of a group with the same entry rule, so that only the first is ever entered.

The vendor's console asks for a path alone and adds the header itself; a file has to say it.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.lanes import RULE_NAMES_NO_LANE
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan.entries import lane_header
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.rules.check import Check
from laneway.core.rules.questions.equal_rules import equal_rules
from laneway.core.rules.questions.words import listing


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:  # noqa: ARG001 - lanes alone tell
    """Find rules that leave open which lane is meant."""
    for alike in equal_rules(mesh):
        (first, _), (second, rule) = alike.rules[:2]
        meta = second.lane.meta
        place = meta.place("spec", "ingressRules", rule.index, "match")
        words = {
            "lanes": listing([lane.name for lane, _ in alike.rules]),
            "group": alike.group.name,
            "first": first.name,
            "header": lane_header(alike.group),
            "lane": second.name,
        }
        yield finding(RULE_NAMES_NO_LANE, place, str(meta.ref), **words)


CHECK = Check(RULE_NAMES_NO_LANE, check)
