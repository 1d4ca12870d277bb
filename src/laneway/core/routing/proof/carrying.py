"""What a request carries when it leaves a proxy: is it the lane, and nothing but the lane.

Comes in: a rule's edits and a request. Goes out: whether the route header, and baggage where that
is the carrier, then name exactly one lane. Edits are tried on requests that carry nothing, what
others put there, and a lane already: what an edit sets does not depend on more than that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from laneway.core.mesh.propagation import BAGGAGE, Propagation
from laneway.core.routing.plan import Rule, Share
from laneway.core.routing.proof.conditions import HEADER, Condition, Conditions
from laneway.core.routing.proof.values import PRESENT, Pattern
from laneway.core.routing.request import Request
from laneway.core.routing.stamps import any_member

_FILLED = re.compile(r"%REQ\(([^):?]+)\)%")


def edited(rule: Rule, share: Share, request: Request) -> Request:
    """Return a request as a rule and its share send it on."""
    return request.edited(rule.headers.request).edited(share.headers.request)


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


def filled_from(header: str, rule: Rule, share: Share) -> Iterator[str]:
    """Yield the headers out of which a rule or its share fills a header."""
    for edits in (rule.headers.request, share.headers.request):
        for name, value in (*edits.set, *edits.add):
            if name.lower() == header:
                yield from (found.lower() for found in _FILLED.findall(value))


def arrivals(propagation: Propagation) -> Iterator[Conditions]:
    """Yield what requests may carry when they come in, as far as edits can tell them apart."""
    header = Condition(HEADER + propagation.route_header, PRESENT)
    if propagation.carrier != "baggage":
        yield frozenset([header.denied()])
        yield frozenset([header])
        return
    present = Condition(HEADER + BAGGAGE, PRESENT)
    member = Condition(HEADER + BAGGAGE, Pattern("regex", any_member(propagation)))
    yield frozenset([header.denied(), present.denied()])
    yield frozenset([header, present.denied()])
    yield frozenset([present, member.denied()])
    yield frozenset([member])


def stamped_lane(propagation: Propagation, rule: Rule, share: Share) -> str:
    """Return the lane that a share writes into every request; empty where it writes none."""
    header = propagation.route_header
    empty = edited(rule, share, Request())
    full = edited(rule, share, Request(headers=((header, "?"), (header, "!"))))
    lanes = empty.values(header)
    return lanes[0] if len(lanes) == 1 and full.values(header) == lanes else ""
