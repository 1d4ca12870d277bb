"""Sticky shares: a user gets the same tag each time, by the hash of a header.

Comes in: hash rules and a request at a gateway. Goes out: the request with the tags that a gateway
writes before any route is looked at. It is the filter's own reckoning, so that a walk says what a
gateway does; a client's own tag never counts, and a request without the header gets none.
https://www.alibabacloud.com/help/en/asm/user-guide/combining-traffic-lanes-and-hash-tags-to-implement-user-identity-based-canary-release
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from laneway.core.mesh.hosts import covers
from laneway.core.resources.lanes.tagging import HashRule
from laneway.core.routing.ask.request import Request


def tagged(request: Request, rules: Iterable[HashRule]) -> Request:
    """Return a request with its tags: every rule for its host overwrites its own header.

    Of a header of several lines the first one counts.

    >>> rule = HashRule("", 0, "x-user", 100, "x-lane", ((12, "s1"), (1, "s2")))
    >>> tagged(Request(headers=(("x-user", "jason"), ("x-user", "eve"))), [rule]).values("x-lane")
    ['s2']
    """
    for rule in rules:
        if rule.host in ("", "*") or covers(rule.host, request.hostname):
            values = request.values(rule.header)
            tag = tag_of(values[0], rule) if values else ""
            kept = [pair for pair in request.headers if pair[0].lower() != rule.tag_header]
            request = replace(request, headers=(*kept, *([(rule.tag_header, tag)] if tag else [])))
    return request


def tag_of(value: str, rule: HashRule) -> str:
    """Return the tag of a header's value, empty for none.

    The number is FNV-1a of 64 bits modulo the rule's; the first partition whose added up sizes
    exceed it gives the tag. https://datatracker.ietf.org/doc/html/draft-eastlake-fnv

    >>> tag_of("jason", HashRule("", 0, "x-user", 100, "x-lane", ((12, "s1"), (1, "s2"))))
    's2'
    """
    number, total = _fnv_1a(value.encode("utf-8", "surrogateescape")) % rule.modulo, 0
    for size, tag in rule.partitions:
        total += size
        if number < total:
            return tag
    return ""


def _fnv_1a(value: Iterable[int]) -> int:
    found = 0xCBF29CE484222325
    for byte in value:
        found = (found ^ byte) * 0x100000001B3 % 2**64
    return found
