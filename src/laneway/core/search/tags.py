"""Gateways that write tags by a hash: what routes see there, and what a client has to send for it.

Comes in: the hash rules of a gateway's port. Goes out: the values its tag headers can have,
whatever a client writes into them; and for a request as routes see it one that a client may send.
The hash is not turned round: ids are tried until one gives the tag, and where a request already has
an id that gives another one, nothing is found.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from laneway.core.mesh.hosts import covers
from laneway.core.resources.lanes.tagging import HashRule
from laneway.core.routing.ask.request import Request
from laneway.core.routing.ask.tagging import tag_of, tagged
from laneway.core.search.conditions import HEADER
from laneway.core.search.values import Universe

MOST_TRIED = 20_000


def tag_values(rules: Sequence[HashRule], host: str) -> dict[str, Universe]:
    """Return the values of tag headers that are surely written for all requests to a host."""
    return {
        HEADER + rule.tag_header: Universe("", few=tuple(_reached(rule)))
        for rule in rules
        if rule.host in ("", "*") or covers(rule.host, host)
    }


def _reached(rule: HashRule) -> list[str]:
    """Return the tags some hash gives: those whose partition begins below the modulo."""
    found, total = [], 0
    for size, tag in rule.partitions:
        if size > 0 and total < rule.modulo:
            found.append(tag)
        total += size
    return found


def sent(request: Request, rules: Sequence[HashRule]) -> Request | None:
    """Return what a client may send so that routes see a request; None if nothing is found."""
    wanted = {rule.tag_header: request.values(rule.tag_header) for rule in rules}
    kept = tuple(pair for pair in request.headers if pair[0].lower() not in wanted)
    asked = replace(request, headers=kept)
    for rule in rules:
        tag = next(iter(wanted[rule.tag_header]), "")
        if tag and not asked.values(rule.header):
            number = next((n for n in range(MOST_TRIED) if tag_of(f"u{n}", rule) == tag), None)
            if number is not None:
                asked = replace(asked, headers=(*asked.headers, (rule.header, f"u{number}")))
    after = tagged(asked, rules)
    alike = all(after.values(header) == values for header, values in wanted.items())
    return asked if alike else None
