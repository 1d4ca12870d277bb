"""Which route of one list speaks for the requests of a route that only another list has.

Comes in: routes of VirtualServices, by what requests carry. Goes out: the first route that takes
every request of another one. A lane may have a route of its own in one state of the mesh and be one
of many by another route in the next: while both states stand side by side, each route says for each
request what its state says. It knows no lanes; it compares what routes ask of headers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from laneway.core.search.values import LINES, Pattern, PatternKind, UndecidedError, Values

Route = Mapping[str, Any]
Condition = Mapping[str, str]
_KINDS: tuple[PatternKind, ...] = ("exact", "prefix", "regex")


class Covering(Struct):
    """Finds routes that speak for others; what headers may hold is worked out once."""

    _values: Values = field(default_factory=Values)

    def speaking(self, route: Route, routes: Sequence[Route]) -> Route | None:
        """Return the route by headers that takes all requests of another one, or None.

        A route is compared only if it has one match, and asks for nothing else but headers. Where
        an earlier one takes a part of its requests, no single route speaks for it.
        """
        asked = _headers(route)
        for other in routes if asked else ():
            theirs = _headers(other)
            alike = theirs.keys() == asked.keys() and _beside(other) == _beside(route)
            if alike and self._may_share(theirs, asked):
                return other if self._covers(theirs, asked) else None
        return None

    def acting(self, route: Route, routes: Sequence[Route]) -> Route:
        """Return a route that does what the one does that speaks for it; itself without one."""
        other = self.speaking(route, routes)
        if other is None:
            return route
        own = {key: route[key] for key in ("name", "match") if key in route}
        return {**own, **_action(other)}

    def is_idle(self, route: Route, before: Sequence[Route], after: Sequence[Route]) -> bool:
        """Whether requests go the same way without a route that stands between others.

        It gets no request from those before it, or the next that would get some of its requests
        gets them all and does the same with them. Only routes that ask for one header are told.
        """
        asked = _headers(route)
        if len(asked) != 1:
            return False
        (name,) = asked

        def is_alike(one: Route) -> bool:
            return _headers(one).keys() == asked.keys() and _beside(one) == _beside(route)

        taken = [_headers(one)[name] for one in before if is_alike(one)]
        if not self._is_there([asked[name]], taken):
            return True
        for other in after:
            if not is_alike(other):
                return False
            theirs = _headers(other)[name]
            if self._is_there([asked[name], theirs], taken):
                covers = not self._is_there([asked[name]], [theirs, *taken])
                return covers and _action(other) == _action(route)
        return False

    def _covers(self, theirs: Mapping[str, Any], asked: Mapping[str, Any]) -> bool:
        return not any(self._is_there([asked[name]], [theirs[name]]) for name in asked)

    def _may_share(self, theirs: Mapping[str, Any], asked: Mapping[str, Any]) -> bool:
        return all(self._is_there([asked[name], theirs[name]], []) for name in asked)

    def _is_there(self, met: Sequence[Condition], unmet: Sequence[Condition]) -> bool:
        """Whether a header may meet some conditions and not meet others; unknown is yes."""
        sides = (frozenset(map(_pattern, met)), frozenset(map(_pattern, unmet)))
        try:
            return self._values.pick(LINES, *sides) is not None
        except UndecidedError:
            return True


def _action(route: Route) -> Mapping[str, Any]:
    return {key: value for key, value in route.items() if key not in ("name", "match")}


def is_carried(route: Route) -> bool:
    """Whether each match of a route asks for a header."""
    matches: Sequence[Route] = route.get("match") or ()
    return bool(matches) and all(one.get("headers") for one in matches)


def _headers(route: Route) -> Mapping[str, Any]:
    """Return what the only match of a route asks of headers; empty where there are several."""
    matches: Sequence[Route] = route.get("match") or ()
    return (matches[0].get("headers") or {}) if len(matches) == 1 else {}


def _beside(route: Route) -> Mapping[str, Any]:
    return {key: value for key, value in route["match"][0].items() if key != "headers"}


def _pattern(condition: Condition) -> Pattern:
    """Return a condition on a header as a pattern; an empty one asks for presence."""
    kind = next((one for one in _KINDS if one in condition), None)
    return Pattern("present") if kind is None else Pattern(kind, condition[kind])
