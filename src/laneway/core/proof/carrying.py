"""What a request carries when it leaves a proxy: is it the lane, and nothing but the lane.

Comes in: a rule's edits and a request. Goes out: whether the route header, and the list where one
is the carrier, then name exactly one lane. Edits are tried on requests that carry nothing, what
others put there, a lane already, and a lane beside something else, which comes first: what an edit
sets does not depend on more than that, but for the headers it is filled in from.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

import re2

from laneway.core.mesh.propagation import Propagation
from laneway.core.routing.ask.passing import REQUEST_ID
from laneway.core.routing.ask.request import Request, sent_on, variable_headers
from laneway.core.routing.plan.members import members_of
from laneway.core.routing.plan.route_plan import Rule, Share
from laneway.core.search.conditions import HEADER, Condition, Conditions
from laneway.core.search.values import PRESENT, Pattern


def listed(propagation: Propagation, request: Request) -> set[str]:
    """Return the lanes that lines of the list name by which a group's lanes travel, if any does."""
    members = members_of(propagation)
    told = map(members.named, request.values(members.header)) if members else ()
    return {lane for lane in told if lane is not None}


def carries(propagation: Propagation, request: Request, lane: str) -> bool:
    """Whether a request names exactly one lane by all means of its group."""
    if request.values(propagation.route_header) != [lane]:
        return False
    return not propagation.list_header or listed(propagation, request) == {lane}


def named(propagation: Propagation, request: Request) -> set[str]:
    """Return every lane that a request names by any means."""
    return set(request.values(propagation.route_header)) | listed(propagation, request)


def loses(
    propagation: Propagation, before: Request, after: Request, lanes: Collection[str]
) -> bool:
    """Whether a request named one of some lanes and names none of them any more.

    Where a list carries lanes it has to stay in there: programs pass on nothing else.
    """
    for way in (named, listed):
        told = way(propagation, before).intersection(lanes)
        if told and told.isdisjoint(way(propagation, after)):
            return True
    return False


def written(propagation: Propagation, rule: Rule, share: Share) -> Iterator[tuple[str, str]]:
    """Yield the headers that may name a lane, with every value that a rule or its share gives."""
    names = propagation.lane_headers
    for edits in (rule.headers.request, share.headers.request):
        pairs = ((name.lower(), value) for name, value in edits.set + edits.add)
        yield from (pair for pair in pairs if pair[0] in names)


_VARIABLE = r"%REQ\([^):?%]+(?:\?[^):?%]+)?\)%"
_PLAIN = r"(?:[^%,]|%%)*"
_ALONE = rf"{_VARIABLE}|(?:[^%]|%%)*"


def unread(propagation: Propagation, rule: Rule, share: Share) -> Iterator[str]:
    """Yield the values of which it is not worked out here when they name a lane.

    A variable is read where it is all of a value, or of a member of a list or of its value.
    """
    members = members_of(propagation)
    for name, value in written(propagation, rule, share):
        form = _list_of(members.sign) if members and name == members.header else _ALONE
        if re.fullmatch(form, value) is None:
            yield value


def _list_of(sign: str) -> str:
    member = rf"(?:(?:{_PLAIN}{sign})?{_VARIABLE}(?:;{_PLAIN})?|{_PLAIN})"
    return rf"{member}(?:,{member})*"


def edits_trace(propagation: Propagation, rule: Rule, share: Share) -> bool:
    """Whether a rule edits the id under which a lane is remembered beside a program.

    To take x-request-id away is none: the next proxy makes one where there is none.
    """
    if propagation.carrier != "trace id":
        return False
    header = propagation.trace_header
    for edits in (rule.headers.request, share.headers.request):
        # https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#x-request-id
        gone = () if header == REQUEST_ID else edits.remove
        if header in map(str.lower, (*dict(edits.set), *dict(edits.add), *gone)):
            return True
    return False


def fillings(propagation: Propagation, rule: Rule, share: Share) -> list[tuple[str, str]]:
    """Return which headers that may name a lane are filled in from which other ones."""
    found = {
        (name, source.lower()): None
        for name, value in written(propagation, rule, share)
        for source in variable_headers(value)
    }
    return [pair for pair in found if pair[0] != pair[1]]


def filled(propagation: Propagation, target: str, source: str, lane: str) -> Iterator[Conditions]:
    """Yield the conditions under which a header that is filled in names a lane.

    Into a list a value comes as a member, as the value of one, or with a comma and more.
    """
    part, members = HEADER + source, members_of(propagation)
    if members is None or target != members.header:
        yield frozenset([Condition(part, Pattern("exact", lane))])
        return
    value, member = re2.escape(members.spelled(lane)), members.one_of([lane])
    forms = (rf"[ \t]*{value}[ \t]*([;,].*)?", member, f".*,{member}")
    yield from (frozenset([Condition(part, Pattern("regex", form))]) for form in forms)


def misled(
    propagation: Propagation, rule: Rule, share: Share, lanes: Collection[str]
) -> Iterator[Conditions]:
    """Yield the conditions under which headers are filled in with something beside these lanes."""
    members = members_of(propagation)
    for target, source in fillings(propagation, rule, share):
        yield strange(source, lanes)
        if members and target == members.header:
            part = HEADER + source
            own = Pattern("regex", members.one_of(list(lanes)))
            for form in (members.any, f".*,{members.any}"):
                yield frozenset(
                    [Condition(part, Pattern("regex", form)), Condition(part, own, met=False)]
                )


def strange(header: str, lanes: Iterable[str]) -> Conditions:
    """Return the conditions under which a header holds something, and not just these lanes."""
    empty = Condition(HEADER + header, Pattern("exact", ""), met=False)
    return frozenset(
        [empty, *(Condition(HEADER + header, Pattern("any but", one)) for one in lanes)]
    )


def arrivals(propagation: Propagation, lanes: Iterable[str]) -> Iterator[Conditions]:
    """Yield what requests for lanes may carry when they come in, as far as edits tell it apart."""
    header = propagation.route_header
    # in terms of one header at a time: the smallest request is then found part by part
    by_header = [
        frozenset([Condition(HEADER + header, PRESENT, met=False)]),
        strange(header, lanes),
    ]
    members = members_of(propagation)
    if members is None:
        yield from by_header
        return
    part = HEADER + members.header
    present = Condition(part, PRESENT)
    one, two = (Condition(part, Pattern("regex", form)) for form in (members.any, members.twice))
    by_member = [
        frozenset([present.denied()]),
        frozenset([present, one.denied()]),
        frozenset([one]),
        frozenset([two]),
    ]
    yield from (left | right for left in by_header for right in by_member)


def stamped_lane(propagation: Propagation, rule: Rule, share: Share) -> str:
    """Return the lane that a share writes into every request; empty where it writes none."""
    header = propagation.route_header
    empty = sent_on(rule, share, Request())
    # an edit that only adds a line, or keeps the client's, shows itself where two are there
    full = sent_on(rule, share, Request(headers=((header, "?"), (header, "!"))))
    lanes = empty.values(header)
    return lanes[0] if len(lanes) == 1 and full.values(header) == lanes else ""
