"""Which rules of an ordered list can never decide, found without comparing every pair.

Comes in: rules in the order a proxy looks at them. Goes out: the earlier rules that together take
every request of a later one. A match can only be covered by one that asks about a part of the same
fields, so earlier matches are kept by the fields they ask about; exact ones are found by a look-up.
"""

from __future__ import annotations

from laneway.core.resources.matching import Match, StringMatch
from laneway.core.routing.plan.route_plan import Rule
from laneway.core.rules.questions.matches import covers, is_any_path

Conditions = dict[str, StringMatch]
ANY_REQUEST = (Match(),)


class Earlier:
    """The matches of the rules that were looked at so far."""

    def __init__(self) -> None:
        """Begin with no rule."""
        self._by_fields: dict[frozenset[str], _Alike] = {}

    def add(self, rule: Rule) -> None:
        """Remember a rule's matches; of equal ones the first counts."""
        for match in rule.matches or ANY_REQUEST:
            conditions = asked(match)
            alike = self._by_fields.setdefault(frozenset(conditions), _Alike())
            alike.add(match, conditions, rule)

    def takers(self, rule: Rule) -> tuple[Rule, ...]:
        """Return the earlier rules that take every request of a rule, or none if any is left."""
        found = [self._taker(match) for match in rule.matches or ANY_REQUEST]
        takers = [taker for taker in found if taker is not None]
        return tuple(takers) if len(takers) == len(found) else ()

    def _taker(self, match: Match) -> Rule | None:
        conditions = asked(match)
        for fields, alike in self._by_fields.items():
            if fields <= conditions.keys():
                part = {name: conditions[name] for name in fields}
                taker = alike.taker(match, part)
                if taker is not None:
                    return taker
        return None


class _Alike:
    """Matches that ask about the same fields."""

    def __init__(self) -> None:
        self._exact: dict[tuple[str, ...], list[tuple[Match, Rule]]] = {}
        self._others: list[tuple[Match, Rule]] = []

    def add(self, match: Match, conditions: Conditions, rule: Rule) -> None:
        if all(condition.kind == "exact" for condition in conditions.values()):
            self._exact.setdefault(_key(conditions), []).append((match, rule))
        else:
            self._others.append((match, rule))

    def taker(self, match: Match, conditions: Conditions) -> Rule | None:
        candidates = [*self._exact.get(_key(conditions), ()), *self._others]
        return next((rule for other, rule in candidates if covers(other, match)), None)


def _key(conditions: Conditions) -> tuple[str, ...]:
    return tuple(conditions[name].value for name in sorted(conditions))


def asked(match: Match) -> Conditions:
    """Return the conditions on the request itself, by a name for each field."""
    conditions = {f"header {name}": condition for name, condition in match.headers}
    conditions.update({f"query {name}": condition for name, condition in match.query_params})
    line = {
        "uri": _comparable_path(match),
        "method": match.method,
        "scheme": match.scheme,
        "authority": match.authority,
    }
    conditions.update({name: one for name, one in line.items() if one is not None})
    return conditions


def _comparable_path(match: Match) -> StringMatch | None:
    """Return the condition on the path, if it is one.

    A condition that ignores case is never looked up by its value.
    """
    if match.uri is None or is_any_path(match.uri):
        return None
    if not match.ignore_uri_case:
        return match.uri
    return StringMatch("prefix", match.uri.value)
