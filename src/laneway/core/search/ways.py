"""The ways in which a list of rules can take a request, in the order a proxy tries them.

Comes in: rules. Goes out: each rule by each of its matches, up to the first that takes any request;
a request takes one way if it meets that match and none before it.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from laneway.core.routing.plan.route_plan import Rule
from laneway.core.routing.plan.survivors import is_catch_all
from laneway.core.search.conditions import ALWAYS, Conditions, conditions_of


class RuleMatch(Struct, frozen=True):
    """A rule by one of its matches."""

    rule: Rule | None
    when: Conditions


def ways_of(rules: Sequence[Rule]) -> list[RuleMatch]:
    """Return rules by each of their matches, up to the first that takes any request.

    Where none does, not to meet any rule is the last way.
    """
    found: list[RuleMatch] = []
    for rule in rules:
        if not rule.matches:
            return [*found, RuleMatch(rule, ALWAYS)]
        for match in rule.matches:
            if is_catch_all(match):
                return [*found, RuleMatch(rule, ALWAYS)]
            found.append(RuleMatch(rule, conditions_of(match)))
    return [*found, RuleMatch(None, ALWAYS)]
