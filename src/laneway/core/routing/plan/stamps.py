"""How a lane is written into a request, and how it is read from one.

Comes in: a group's propagation. Goes out: conditions on a request, and header edits. Both belong
together: what the entry and the routes by caller write is what the next proxy reads. Strict groups
have none, so nothing is read and nothing written. A list, such as baggage, may hold members of
others, and a request's lane is one member among them.
https://www.w3.org/TR/baggage/
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import re2
from msgspec import Struct
from msgspec.structs import replace

from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import LaneName
from laneway.core.mesh.propagation import BAGGAGE, LISTS, Propagation
from laneway.core.resources.matching import Match, StringMatch
from laneway.core.resources.read_matching import LONGEST_REGEX
from laneway.core.routing.plan.members import members_of, parted
from laneway.core.routing.plan.route_plan import HeaderEdits, Headers, Means

_IDS = ("traceparent", "b3", "x-b3-traceid", "uber-trace-id", "x-amzn-trace-id", "sw8")
"""Headers that hold the id of a trace, whatever a group asks for."""

_ANYTHING = Match()


class Stamp(Struct, frozen=True):
    """One way to write a lane: into which requests, and what.

    `written` is the new value of the list that carries the lane, with `{member}` for the lane's
    member; empty where none does. `suffix` tells rules apart that differ by their stamp alone.
    """

    propagation: Propagation
    suffix: str = ""
    only: Match = _ANYTHING
    written: str = ""

    def edits(self, lane: LaneName) -> Headers:
        """Return the edits that write a lane; they overwrite, so a doubled line ends here."""
        edits = [(self.propagation.route_header, str(lane))]
        if members := members_of(self.propagation):
            edits.append((members.header, self.written.format(member=members.member(lane))))
        return Headers(HeaderEdits(set=tuple(sorted(edits))))

    def onto(self, match: Match) -> Match:
        """Return a match narrowed to the requests this stamp is for.

        A header has one condition of a kind in a match, and the user's own stays.
        """
        taken = {name for name, _ in match.without_headers}
        more = tuple(pair for pair in self.only.without_headers if pair[0] not in taken)
        return replace(match, without_headers=tuple(sorted(match.without_headers + more)))


def stamps(propagation: Propagation | None) -> tuple[Stamp, ...]:
    """Return every way a lane is written, in the order the rules stand; none for strict lanes.

    A proxy of Istio's can overwrite a header or set it from another, and cannot edit a list. So a
    request without the list gets the lane's member alone, one with members of others gets it in
    front of them, and one that already names a lane loses the whole header, since its own member
    would contradict. First it stands because programs cut from the end: Java keeps three pairs.
    """
    if propagation is None:
        return ()
    members = members_of(propagation)
    if members is None:
        return (Stamp(propagation),)
    header, what = members.header, propagation.carrier
    absent = Match(without_headers=((header, StringMatch("present")),))
    foreign = Match(without_headers=((header, StringMatch("regex", members.any)),))
    return (
        Stamp(propagation, f"-no-{what}", absent, "{member}"),
        Stamp(propagation, f"-with-{what}", foreign, f"{{member}},%REQ({header})%"),
        Stamp(propagation, "", _ANYTHING, "{member}"),
    )


def conditions(
    propagation: Propagation | None, *lanes: LaneName
) -> tuple[tuple[Means, tuple[Match, ...]], ...]:
    """Return what a request of one of some lanes carries, the stronger sign first.

    Nothing for strict lanes. A sign is one match, or several of which any may be met where lanes
    are too many for one expression.

    >>> found = conditions(Propagation("header", "x-lane", "x-lane"), LaneName("s2"))
    >>> [(means, match.headers[0][0]) for means, (match,) in found]
    [('header', 'x-lane')]
    """
    if propagation is None:
        return ()
    by_header = tuple(
        Match(headers=((propagation.route_header, wanted),)) for wanted in _one_of(lanes)
    )
    members = members_of(propagation)
    if members is None:
        return (("header", by_header),)
    by_member = tuple(
        Match(headers=((members.header, StringMatch("regex", written)),))
        for written in members.that_istio_takes(lanes)
    )
    return ((LISTS[members.header], by_member), ("header", by_header))


def _one_of(lanes: Sequence[LaneName]) -> Iterator[StringMatch]:
    if len(lanes) == 1:
        yield StringMatch("exact", lanes[0])
        return
    for part in parted([re2.escape(lane) for lane in lanes], LONGEST_REGEX):
        yield StringMatch("regex", "|".join(part))


def lane_headers(mesh: Mesh) -> tuple[str, ...]:
    """Return the headers by which requests name lanes, of all groups."""
    ways = [group.propagation for group in mesh.groups if group.propagation is not None]
    return tuple(dict.fromkeys(name for way in ways for name in way.lane_headers))


def carriers(mesh: Mesh) -> tuple[str, ...]:
    """Return the headers in which programs may send a lane or a trace on, if lanes travel so."""
    ways = [group.propagation for group in mesh.groups if group.propagation]
    own = {name for way in ways for name in (way.route_header, way.trace_header)}
    return (*sorted(own), BAGGAGE, *_IDS) if ways else ()
