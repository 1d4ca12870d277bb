"""Pairs of entry rules that one request could meet both, so that their order decides.

Comes in: rules in order. Goes out: for each rule the first earlier one that it may share requests
with. Most rules ask for one exact value of one field (a header, a path), so rules are compared only
with those of the same value and with those that do not ask.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec import Struct

from laneway.core.resources.matching import Match
from laneway.core.routing.plan.route_plan import Rule
from laneway.core.rules.questions.cover import ANY_REQUEST, asked
from laneway.core.rules.questions.matches import disjoint


class Pair(Struct, frozen=True):
    """Two rules of different authors, the first of which decides what both match."""

    first: Rule
    second: Rule


def overlapping(rules: Sequence[Rule]) -> Iterator[Pair]:
    """Yield each rule with the first earlier one of another author that it may meet."""
    values = _values(rules)
    by_value: dict[str | None, list[int]] = {}
    for position, rule in enumerate(rules):
        value = values[position]
        known = list(range(position))
        if value is not None:
            known = sorted([*by_value.get(value, ()), *by_value.get(None, ())])
        for earlier in known:
            other = rules[earlier]
            if other.origin.ref != rule.origin.ref and may_share(other, rule):
                yield Pair(other, rule)
                break
        by_value.setdefault(value, []).append(position)


def may_share(one: Rule, other: Rule) -> bool:
    """Whether a request that names each header once could meet both rules."""
    return any(
        not disjoint(first, second)
        for first in one.matches or ANY_REQUEST
        for second in other.matches or ANY_REQUEST
    )


def _values(rules: Sequence[Rule]) -> list[str | None]:
    """Return each rule's exact value of the field that most rules ask an exact value of."""
    exact = [_exact(rule) for rule in rules]
    counted = Counter(name for values in exact for name in values)
    field = min(counted, key=lambda name: (-counted[name], name), default="")
    return [values.get(field) for values in exact]


def _exact(rule: Rule) -> dict[str, str]:
    """Return the exact conditions of a rule's only match."""
    match = rule.matches[0] if len(rule.matches) == 1 else Match()
    conditions = asked(match).items()
    return {name: one.value for name, one in conditions if one.kind == "exact"}
