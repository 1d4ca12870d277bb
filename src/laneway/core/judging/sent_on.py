"""What a program sent on, header line by header line, in words.

Comes in: the lines of one call as its proxy got them, and what the request came with. Goes out:
what is not as a lane should travel: nothing carries it, something else does, or it is spelled so
that others read another lane or none. What programs of real packages send is in `core/sdks`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from msgspec import Struct

from laneway.core.judging.trying import TRACE
from laneway.core.mesh.propagation import SW8, Propagation
from laneway.core.routing.plan.members import Members, members_of

IDS: Mapping[str, str] = {
    TRACE: TRACE,
    "b3": "b3",
    "x-b3-traceid": "b3",
    "uber-trace-id": "uber-trace-id",
    "x-amzn-trace-id": "x-amzn-trace-id",
    "sw8": "sw8",
}
"""Headers that hold a trace's id, and what they are called."""


class SentOn(Struct, frozen=True):
    """The carriers of one call, by header name in lower case.

    `at` is when it came to the caller's proxy, in seconds of the machine's clock; `caller` is a
    replica. `first` has the first line of each header that was sent, `whole` all of them.
    """

    at: float
    caller: str
    host: str
    first: Mapping[str, str] = {}
    whole: Mapping[str, str] = {}

    def doubled(self, name: str) -> bool:
        """Whether a header was sent in more than one line."""
        return self.whole.get(name, "") != self.first.get(name, "")


class Saw(Struct, frozen=True, order=True):
    """What is not as it should be in a call; `carries` says that the lane can be told all the same.

    It reads on from "it": `sent no baggage`.
    """

    words: str
    carries: bool


def saw(way: Propagation, sent: SentOn, trace: str = "") -> tuple[Saw, ...]:
    """Return what was odd in a call of a program that served a request of a lane.

    `trace` is the id of the trace that came with the request, empty where none did.

    >>> way = Propagation("baggage", "x-lane", "baggage")
    >>> lines = {"baggage": "a=1,x-lane=s2%3Bttl%3D1"}
    >>> saw(way, SentOn(0.0, "cart-0", "price", lines, lines))
    (Saw(words='sent the lane as `s2%3Bttl%3D1`', carries=True),)
    >>> saw(way, SentOn(0.0, "cart-0", "price"))
    (Saw(words='sent no baggage', carries=False),)
    """
    by_id = way.carrier == "trace id"
    found = [] if by_id else list(_lane(way, sent))
    if by_id or any(not one.carries for one in found):
        header = way.trace_header if by_id else SW8 if way.carrier == "correlation" else TRACE
        found += _trace(header, sent, trace, by_id=by_id)
    return tuple(found)


def _lane(way: Propagation, sent: SentOn) -> Iterator[Saw]:
    """Yield what is odd about what should carry the lane itself."""
    by = members_of(way)
    if by is None:
        if way.route_header not in sent.whole:
            yield Saw(f"sent no {way.route_header}", carries=False)
        elif sent.doubled(way.route_header):
            yield Saw(f"sent more than one {way.route_header} line", carries=True)
        return
    whole, first = sent.whole.get(by.header), sent.first.get(by.header, "")
    if whole is None:
        yield Saw(f"sent no {by.header}", carries=False)
        return
    members = by.pairs(whole)
    values = [value for name, value in members if name == by.key]
    if not values:
        yield _without(by, [name for name, _ in members if name])
        return
    if sent.doubled(by.header):
        is_first = any(name == by.key for name, _ in by.pairs(first))
        where = "in the first" if is_first else "behind the first"
        yield Saw(f"sent more than one {by.header} line, the lane {where}", carries=True)
    if len(values) > 1:
        yield Saw(f"sent the lane {len(values)} times in its {by.header}", carries=True)
    if is_respelled(values[-1]):
        yield Saw(f"sent the lane as `{values[-1]}`", carries=True)


def _without(by: Members, names: list[str]) -> Saw:
    """Say what a list without the lane has: its key in another spelling, or other members."""
    alike = [name for name in names if unquote(name).lower() == by.key]
    if alike:
        return Saw(f"sent the lane's key as `{alike[0]}`", carries=False)
    told = ", ".join(names[:3]) or "nothing"
    return Saw(f"sent {by.header} without {by.key}: {told}", carries=False)


def is_respelled(value: str) -> bool:
    """Whether a lane's value, up to its properties, has signs that are read in several ways.

    >>> is_respelled("s2"), is_respelled("s2;ttl=1"), is_respelled("s2%3Bttl%3D1")
    (False, False, True)
    """
    lane = value.partition(";")[0].strip()
    return "%" in lane or "+" in lane


def _trace(header: str, sent: SentOn, trace: str, *, by_id: bool) -> Iterator[Saw]:
    """Yield what became of the trace, where it has to carry the lane or the lane is gone."""
    if header not in sent.whole:
        others = (told for name, told in IDS.items() if name in sent.whole)
        if header in IDS and (other := next(others, "")):
            yield Saw(f"sent {other} for a {header}", carries=False)
        elif by_id:
            yield Saw(f"sent no {header}", carries=False)
    elif sent.doubled(header):
        yield Saw(f"sent more than one {header} line", carries=not by_id)
    elif trace and header == TRACE:
        if trace not in sent.whole[header]:
            yield Saw("began a new trace", carries=False)
        elif not by_id:
            yield Saw("went on with the trace", carries=False)
