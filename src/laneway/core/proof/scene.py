"""One place of decision: every promise there held against every route there.

Comes in: rules in the order a proxy tries them, promises in the order they count, and what each
pair of a rule and a promise would break. Goes out: the smallest request that meets both and none
before them, for each property. Pairs that cannot meet are seen without a search: a promise that
asks what an earlier rule takes never comes to a later one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.mesh.propagation import Propagation
from laneway.core.proof.carrying import edits_trace, unread
from laneway.core.proof.promises import Promise
from laneway.core.proof.verdict import PROPERTIES, Property, Want
from laneway.core.routing.ask.request import Request
from laneway.core.routing.plan.route_plan import Rule, Share
from laneway.core.search.conditions import ALWAYS, Condition, Conditions
from laneway.core.search.smallest import Search, SizedRequest
from laneway.core.search.values import UndecidedError
from laneway.core.search.ways import ways_of

Beside = Literal["apart", "unknown"]
"""For what breaks no property: what no lane governs is told, and what is not worked out a doubt."""


class Suspect(Struct, frozen=True):
    """What a rule would break for requests of a promise that also meet `further`.

    `confirms` looks at the request found, where the conditions alone do not settle it.
    """

    broken: Property | Beside
    why: str
    wants: tuple[Want, ...] = ()
    further: Conditions = ALWAYS
    confirms: Callable[[Request], bool] | None = None


class Break(Struct, frozen=True):
    """A request that breaks a promise, and the rule that lets it; no rule: a 404.

    `near` is the rule, or the last one that does not take the request.
    """

    broken: Property | Literal["apart"]
    why: str
    wants: tuple[Want, ...]
    found: SizedRequest
    rule: Rule | None
    near: Rule | None


class Unknown(Struct, frozen=True):
    """A pair that could not be decided, and why; `about` are the properties that it leaves open."""

    why: str
    rule: Rule | None
    about: tuple[Property, ...] = PROPERTIES


Suspects = Callable[[Promise | None, Rule | None], Iterable[Suspect]]


class Order(Struct):
    """Conditions in the order in which they count, and which of them rule others out."""

    when: list[Conditions] = []
    _alone: dict[Condition, int] = {}
    _several: list[tuple[int, Conditions]] = []

    def add(self, more: Conditions) -> None:
        """Put conditions behind all others."""
        place = len(self.when)
        self.when.append(more)
        if len(more) == 1:
            self._alone.setdefault(next(iter(more)), place)
        elif more:
            self._several.append((place, more))

    def is_taken(self, wanted: Conditions, place: int) -> bool:
        """Whether all that is wanted is taken by something before a place."""
        if any(self._alone.get(one, place) < place for one in wanted):
            return True
        return any(at < place and some <= wanted for at, some in self._several)


def breaks(
    search: Search, promises: Sequence[Promise], rules: Sequence[Rule], suspects: Suspects
) -> Iterator[Break | Unknown]:
    """Yield the smallest request for each pair of a promise and a rule that breaks a property.

    Promises that do not speak of every request are followed by none: nothing is promised then.
    """
    ways = ways_of(rules)
    before, asked = Order(), Order()
    for way in ways:
        before.add(way.when)
    spoken: list[Promise | None] = list(promises)
    for one in promises:
        asked.add(one.when)
    if all(one.when for one in promises):
        spoken.append(None)
    alike = _alike(asked.when, before.when)
    for turn, promise in enumerate(spoken):
        # Where both lists begin alike, a promise comes to its own rule and to no other.
        for place in (turn,) if turn < alike else range(alike, len(ways)):
            way = ways[place]
            wanted = way.when | promise.when if promise is not None else way.when
            if asked.is_taken(wanted, turn) or before.is_taken(wanted, place):
                continue
            avoided = [*asked.when[:turn], *before.when[:place]]
            near = way.rule or next(reversed(rules), None)
            for suspect in suspects(promise, way.rule):
                told = _tried(search, suspect, wanted, avoided)
                if told is not None:
                    yield _outcome(suspect, told, promise, way.rule, near)


def _outcome(
    suspect: Suspect,
    told: SizedRequest | UndecidedError,
    promise: Promise | None,
    rule: Rule | None,
    near: Rule | None,
) -> Break | Unknown:
    """Return what it means that a request was found, or that it could not be decided."""
    if isinstance(told, UndecidedError):
        return Unknown(str(told), near)
    if suspect.broken == "unknown":
        return Unknown(suspect.why, near)
    wants = suspect.wants or (promise.wants if promise is not None else ())
    return Break(suspect.broken, suspect.why, wants, told, rule, near)


def _alike(one: Sequence[Conditions], other: Sequence[Conditions]) -> int:
    """Return how far two lists are the same."""
    pairs = zip(one, other, strict=False)
    return next(
        (at for at, pair in enumerate(pairs) if pair[0] != pair[1]), min(len(one), len(other))
    )


def _tried(
    search: Search, suspect: Suspect, wanted: Conditions, avoided: Sequence[Conditions]
) -> SizedRequest | UndecidedError | None:
    """Return the smallest request for a suspect; None where there is none.

    Conditions hold in any order of a header's lines, and edits look at the first line alone.
    """
    try:
        found = search.smallest(wanted | suspect.further, avoided)
    except UndecidedError as unknown:
        return unknown
    if found is None or suspect.confirms is None or suspect.confirms(found.request):
        return found
    turned = replace(found.request, headers=found.request.headers[::-1])
    return replace(found, request=turned) if suspect.confirms(turned) else None


def unread_edits(propagation: Propagation, rule: Rule, share: Share) -> Iterator[Suspect]:
    """Yield what a rule writes into headers that may name a lane and that is not worked out."""
    for value in unread(propagation, rule, share):
        yield Suspect("unknown", f"which lane {value!r} names is not worked out")
    if edits_trace(propagation, rule, share):
        why = f"what becomes of a lane kept under {propagation.trace_header}, which it edits,"
        yield Suspect("unknown", f"{why} is not worked out")
