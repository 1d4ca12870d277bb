"""What a request carries when it leaves a proxy: is it the lane, and nothing but the lane.

Comes in: a rule's edits and a request. Goes out: whether the route header, and baggage where that
is the carrier, then name exactly one lane. Edits are tried on requests that carry nothing, what
others put there, a lane already, and a lane beside something else, which comes first: what an edit
sets does not depend on more than that, but for the headers it is filled in from.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from laneway.core.mesh.propagation import BAGGAGE, Propagation
from laneway.core.routing.plan import Rule, Share
from laneway.core.routing.proof.conditions import HEADER, Condition, Conditions
from laneway.core.routing.proof.values import PRESENT, Pattern
from laneway.core.routing.request import Request, sent_on, variable_headers
from laneway.core.routing.stamps import any_member


def members(propagation: Propagation, request: Request) -> list[str]:
    """Return every lane that the baggage of a request names.

    https://www.w3.org/TR/baggage/#baggage-http-header-format
    """
    found = []
    for line in request.values(BAGGAGE):
        for member in line.split(","):
            key, equals, value = member.partition(";")[0].partition("=")
            if equals and key.strip(" \t") == propagation.route_header:
                found.append(value.strip(" \t"))
    return found


def carries(propagation: Propagation, request: Request, lane: str) -> bool:
    """Whether a request names exactly one lane by all means of its group."""
    if request.values(propagation.route_header) != [lane]:
        return False
    return propagation.carrier != "baggage" or set(members(propagation, request)) == {lane}


def named(propagation: Propagation, request: Request) -> set[str]:
    """Return every lane that a request names by any means."""
    found = set(request.values(propagation.route_header))
    return found | set(members(propagation, request)) if propagation.carrier == "baggage" else found


def loses(
    propagation: Propagation, before: Request, after: Request, lanes: Collection[str]
) -> bool:
    """Whether a request named one of some lanes and names none of them any more."""
    told = named(propagation, before).intersection(lanes)
    return bool(told) and told.isdisjoint(named(propagation, after))


def carriers(propagation: Propagation) -> tuple[str, ...]:
    """Name the headers that may name a lane."""
    more = (BAGGAGE,) if propagation.carrier == "baggage" else ()
    return (propagation.route_header, *more)


def written_values(propagation: Propagation, rule: Rule, share: Share) -> Iterator[str]:
    """Yield every value that a rule or its share gives to a header that may name a lane."""
    names = carriers(propagation)
    for edits in (rule.headers.request, share.headers.request):
        yield from (value for name, value in edits.set + edits.add if name.lower() in names)


def sources(propagation: Propagation, rule: Rule, share: Share) -> list[str]:
    """Return the further headers out of which headers that may name a lane are filled in."""
    values = written_values(propagation, rule, share)
    found = {name.lower() for value in values for name in variable_headers(value)}
    return sorted(found - set(carriers(propagation)))


def strange(header: str, lanes: Iterable[str]) -> Conditions:
    """Return the conditions under which a header holds something, and not just these lanes."""
    empty = Condition(HEADER + header, Pattern("exact", ""), met=False)
    return frozenset(
        [empty, *(Condition(HEADER + header, Pattern("any but", one)) for one in lanes)]
    )


def arrivals(propagation: Propagation, lanes: Iterable[str]) -> Iterator[Conditions]:
    """Yield what requests for lanes may carry when they come in, as far as edits tell it apart."""
    header = propagation.route_header
    by_header = [
        frozenset([Condition(HEADER + header, PRESENT, met=False)]),
        strange(header, lanes),
    ]
    if propagation.carrier != "baggage":
        yield from by_header
        return
    present = Condition(HEADER + BAGGAGE, PRESENT)
    member = any_member(propagation)
    one, two = (Pattern("regex", written) for written in (member, f"{member},{member}"))
    by_baggage = [
        frozenset([present.denied()]),
        frozenset([present, Condition(HEADER + BAGGAGE, one, met=False)]),
        frozenset([Condition(HEADER + BAGGAGE, one)]),
        frozenset([Condition(HEADER + BAGGAGE, two)]),
    ]
    yield from (some | more for some in by_header for more in by_baggage)


def stamped_lane(propagation: Propagation, rule: Rule, share: Share) -> str:
    """Return the lane that a share writes into every request; empty where it writes none."""
    header = propagation.route_header
    empty = sent_on(rule, share, Request())
    full = sent_on(rule, share, Request(headers=((header, "?"), (header, "!"))))
    lanes = empty.values(header)
    return lanes[0] if len(lanes) == 1 and full.values(header) == lanes else ""
