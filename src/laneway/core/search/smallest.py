"""The smallest request that meets conditions and avoids matches, if there is any.

Comes in: conditions that hold, and matches (sets of conditions) of which each must fail. Goes out:
a request, or nothing, and then there is none at all. Each match to avoid is failed in every way it
can be, cheapest first, so the first request found is a smallest one: fewest headers and parameters,
then the shortest path. It refuses to go on beyond a bound, and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from heapq import heappop, heappush

from msgspec import Struct

from laneway.core.routing.ask.request import JOINED, Request
from laneway.core.search.conditions import (
    HEADER,
    PARAMETER,
    Condition,
    Conditions,
    is_opaque,
    is_parameter,
)
from laneway.core.search.values import (
    HOSTS,
    LINES,
    METHODS,
    PARAMETERS,
    PATHS,
    SCHEMES,
    Patterns,
    UndecidedError,
    Universe,
    Values,
    holds,
)

MOST_STEPS = 20_000
Cost = tuple[int, int, int]
"""Headers and parameters, length of the path, length of all values."""


class Premises(Struct, frozen=True):
    """What holds for every request that is asked about.

    `hosts` is what a client may ask for. `single` names the headers of one line at most, `lines`
    those that have only some values.
    """

    hosts: Universe = HOSTS
    given: Conditions = frozenset()
    single: frozenset[str] = frozenset()
    lines: Mapping[str, Universe] = {}


class SizedRequest(Struct, frozen=True):
    """A request, and how large it is."""

    request: Request
    cost: Cost


Parts = Mapping[str, tuple[Patterns, Patterns]]


class _Way(Struct, frozen=True):
    """How far a search has come: the matches before `place` are avoided."""

    cost: Cost
    number: int
    place: int
    parts: Parts

    def __lt__(self, other: _Way) -> bool:
        return (self.cost, self.number, self.place) < (other.cost, other.number, other.place)


class Search(Struct):
    """Finds smallest requests on one ground."""

    values: Values
    ground: Premises

    def smallest(
        self, wanted: Iterable[Condition], avoided: Sequence[Conditions]
    ) -> SizedRequest | None:
        """Return a smallest request; None if there is none. Raises UndecidedError."""
        start = self._extended({}, [*self.ground.given, *wanted])
        if start is None:
            return None
        unknown: list[UndecidedError] = []
        waiting = [_Way(self._cost(start), 0, 0, start)]
        for number in range(MOST_STEPS):
            if not waiting:
                if unknown:
                    raise unknown[0]
                return None
            way = heappop(waiting)
            place = self._next(way, avoided)
            if place is None:
                return SizedRequest(self._request(way.parts), way.cost)
            for turn, one in enumerate(avoided[place]):
                later = self._tried(way.parts, one.denied(), unknown)
                if later is not None:
                    order = number * 100 + turn
                    heappush(waiting, _Way(self._cost(later), order, place + 1, later))
        raise UndecidedError("so many conditions stand against each other that it takes too long")

    def _next(self, way: _Way, avoided: Sequence[Conditions]) -> int | None:
        """Return the first match that the parts so far do not yet fail by themselves."""
        for place in range(way.place, len(avoided)):
            if not any(self._fails(way.parts, one) for one in avoided[place]):
                return place
        return None

    def _fails(self, parts: Parts, one: Condition) -> bool:
        """Whether a condition cannot hold any more; not known counts as it may."""
        met, unmet = parts.get(one.part, _NOTHING)
        if one.pattern in (unmet if one.met else met):
            return True
        if one.pattern in (met if one.met else unmet):
            return False
        try:
            return self._extended(parts, [one]) is None
        except UndecidedError:
            return False

    def _tried(self, parts: Parts, one: Condition, unknown: list[UndecidedError]) -> Parts | None:
        try:
            return self._extended(parts, [one])
        except UndecidedError as error:
            unknown.append(error)
            return None

    def _extended(self, parts: Parts, more: Iterable[Condition]) -> Parts | None:
        """Return the parts with more conditions; None where no value is left for one of them."""
        found = dict(parts)
        changed = set()
        for one in more:
            met, unmet = found.get(one.part, _NOTHING)
            changed.add(one.part)
            found[one.part] = (
                (met | {one.pattern}, unmet) if one.met else (met, unmet | {one.pattern})
            )
        for part in changed:
            if self._lines(part, *found[part]) is None:
                return None
        return found

    def _lines(self, part: str, met: Patterns, unmet: Patterns) -> tuple[str, ...] | None:
        """Return values for a part, as few as can be; None where there are none."""
        if is_opaque(part):
            raise UndecidedError(f"a condition on {part} is not reasoned about")
        if part.startswith(HEADER):
            return self._header(part, met, unmet)
        if part.startswith(PARAMETER):
            if not met:
                return ()
            if not is_parameter(part.removeprefix(PARAMETER)):
                return None
            found = self.values.pick(PARAMETERS, met, unmet)
        else:
            found = self.values.pick(self._universe(part), met, unmet)
        return None if found is None else (found,)

    def _header(self, part: str, met: Patterns, unmet: Patterns) -> tuple[str, ...] | None:
        """Return one line that meets all, else a line for each condition that needs its own."""
        if not met:
            return ()
        universe = self.ground.lines.get(part, LINES)
        try:
            one = self.values.pick(universe, met, unmet)
        except UndecidedError:
            if len(met) == 1 or self._is_single(part):
                raise
            one = None
        if one is not None:
            return (one,)
        if self._is_single(part):
            return None
        lines: list[str] = []
        for pattern in sorted(met, key=lambda pattern: (pattern.kind, pattern.value)):
            if not any(holds(pattern, line) for line in lines):
                line = self.values.pick(universe, frozenset([pattern]), unmet)
                if line is None:
                    return None
                lines.append(line)
        return tuple(lines)

    def _is_single(self, part: str) -> bool:
        return part in self.ground.single or part.removeprefix(HEADER) in JOINED

    def _universe(self, part: str) -> Universe:
        return {"path": PATHS, "method": METHODS, "scheme": SCHEMES}.get(part, self.ground.hosts)

    def _cost(self, parts: Parts) -> Cost:
        lines = path = length = 0
        for part, (met, unmet) in parts.items():
            values = self._lines(part, met, unmet) or ()
            length += sum(map(len, values))
            if part == "path":
                path = len(values[0])
            elif part.startswith((HEADER, PARAMETER)):
                lines += len(values)
        return (lines, path, length)

    def _request(self, parts: Parts) -> Request:
        chosen = {part: self._lines(part, met, unmet) or () for part, (met, unmet) in parts.items()}
        query = "&".join(
            f"{part.removeprefix(PARAMETER)}={value}"
            for part in sorted(chosen)
            for value in chosen[part]
            if part.startswith(PARAMETER)
        )
        headers = tuple(
            (part.removeprefix(HEADER), value)
            for part in sorted(chosen)
            for value in chosen[part]
            if part.startswith(HEADER)
        )
        path = self._one(chosen, "path", PATHS)
        return Request(
            self._one(chosen, "host", self.ground.hosts),
            f"{path}?{query}" if query else path,
            self._one(chosen, "method", METHODS),
            self._one(chosen, "scheme", Universe("", ("http",))),
            headers,
        )

    def _one(self, chosen: Mapping[str, tuple[str, ...]], part: str, universe: Universe) -> str:
        given = chosen.get(part)
        return given[0] if given else (*universe.usual, *universe.few, "")[0]


_NOTHING: tuple[Patterns, Patterns] = (frozenset(), frozenset())
