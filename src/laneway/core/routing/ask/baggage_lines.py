"""Baggage as the lane filter leaves it: on one line, and in an order in which all programs read it.

Comes in: a request as it reaches a gateway, a pod, or the proxy of a pod that calls. Goes out: the
request as routes and programs see it. Istio's API sets a header from the first line of another
alone, so members in further lines would be lost where a lane is written in front of them; and
programs differ in what they make of properties, of a member without a value, and of many.
https://www.rfc-editor.org/rfc/rfc9110#section-5.3 and https://www.w3.org/TR/baggage/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import re2
from msgspec.structs import replace

from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.propagation import BAGGAGE
from laneway.core.routing.ask.request import Request
from laneway.core.routing.plan.members import name_and_value

MOST_MEMBERS = 64
"""Members in a line that every program takes. https://www.w3.org/TR/baggage/#limits"""
MOST_BYTES = 8192
LONGEST_VALUE = 63
"""Characters of a lane's name."""
_UNRESERVED = re.compile(r"%(2[DEde]|3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa]|5[Ff]|7[Ee])")
_STRAY = re.compile(r"%(?![0-9A-Fa-f]{2})")
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_BEHIND = re.compile(r"(?:;|%3B).*", re.IGNORECASE)
_BLANKS = r"(?:[ \t+]|%20|%09|%2[Bb])"
_AROUND = re.compile(rf"^{_BLANKS}+|{_BLANKS}+$")


def lane_members(mesh: Mesh) -> tuple[str, ...]:
    """Return the names of the members that hold lanes, of all groups that keep baggage in order."""
    groups = mesh.traveling_by("baggage")
    return tuple(sorted({way.route_header for _, way in groups if way.tidies}))


def as_received(mesh: Mesh, request: Request) -> Request:
    """Return a request as the routes of a gateway see it."""
    if not mesh.traveling_by("baggage"):
        return request
    members = lane_members(mesh)
    return in_order(request, members) if members else on_one_line(request, BAGGAGE)


def on_one_line(request: Request, *names: str) -> Request:
    """Return a request with headers that are lists, each on one line.

    >>> on_one_line(Request(headers=(("baggage", "a=1"), ("Baggage", "b=2"))), BAGGAGE).headers
    (('baggage', 'a=1,b=2'),)
    """
    for name in names:
        lines = request.values(name)
        request = _with(request, name, ",".join(lines)) if len(lines) > 1 else request
    return request


def in_order(request: Request, members: Sequence[str]) -> Request:
    """Return a request whose baggage is on one line and in order; `members` hold lanes.

    >>> lines = (("baggage", "a=,b=2"), ("baggage", "x-lane=s1,x-lane=s2%3Bttl%3D1"))
    >>> in_order(Request(headers=lines), ("x-lane",)).headers
    (('baggage', 'x-lane=s2,b=2'),)
    """
    lines = request.values(BAGGAGE)
    if not lines:
        return request
    line = ",".join(lines)
    tidied = _tidied(line, tuple(members))
    return request if tidied and lines == [tidied] else _with(request, BAGGAGE, tidied)


def _with(request: Request, name: str, line: str) -> Request:
    others = (pair for pair in request.headers if pair[0].lower() != name)
    return replace(request, headers=(*others, *([(name, line)] if line else [])))


@lru_cache(maxsize=1024)
def _tidied(line: str, members: tuple[str, ...]) -> str:
    """Return a line in order: as it was where nothing is out of it."""
    parts = [_split(part) for part in line.split(",")]
    lanes = list(_lanes(parts, members))
    others = [one for one in parts if one[1] not in members]
    kept = [one for one in others if one[2] and _TOKEN.fullmatch(one[1])]
    first = [whole for whole, _, _ in parts[: len(lanes)]]
    clean = sorted(first) == sorted(lanes) and len(parts) == len(lanes) + len(kept)
    written = list(_fitting(lanes, [whole for whole, _, _ in kept]))
    return line if clean and len(written) == len(parts) else ",".join(written)


def _split(part: str) -> tuple[str, str, str]:
    """Return a member, its name and its value without properties; no value without a name's `=`."""
    return part.strip(" \t"), *name_and_value(part)


def _lanes(parts: Sequence[tuple[str, str, str]], members: Sequence[str]) -> Iterator[str]:
    for member in members:
        values = [value for _, name, value in parts if name == member]
        value = _AROUND.sub("", _BEHIND.sub("", values[-1])) if values else ""
        if 0 < len(value.encode("utf-8", "surrogateescape")) <= LONGEST_VALUE:
            # a percent sign that stands for itself could make a sequence of what is decoded
            spelled = value if _STRAY.search(value) else _UNRESERVED.sub(_plain, value)
            yield f"{member}={spelled}"


def _plain(spelled: re.Match[str]) -> str:
    return chr(int(spelled[1], 16))


def _fitting(lanes: Sequence[str], others: Sequence[str]) -> Iterator[str]:
    """Yield members as long as they fit; lanes fit always."""
    size = -1
    for number, one in enumerate((*lanes, *others)):
        size += len(one.encode("utf-8", "surrogateescape")) + 1
        if number >= len(lanes) and (number >= MOST_MEMBERS or size > MOST_BYTES):
            return
        yield one


def out_of_order(member: str, *, alone: bool = True) -> str:
    """Return the regex of a line that `in_order` changes, for one name of members that hold lanes.

    Of what is beyond the limits it knows nothing: no request that is as small as can be is. Where
    it is not `alone`, any of the lanes may be the first.
    """
    before, twice = ("", ".*,") if alone else ("(.*,)?", rf"(.*,)?[ \t]*{re2.escape(member)}=.*,")
    key, token = re2.escape(member), r"!#$%&'*+\-.^_`|~0-9A-Za-z"
    forms = (
        r"(.*,)?[^=,;]*([,;].*)?",  # a member without a value
        r"(.*,)?[^=,;]*=[ \t]*([,;].*)?",
        r"(.*,)?[ \t]*=.*",  # one without a name, or with one that is none
        rf"(.*,)?[^=,;]*[^{token} \t=,;][^=,;]*=.*",
        rf"(.*,)?[ \t]*[{token}]+[ \t]+[{token}][^=,;]*=.*",
        rf"{twice}[ \t]*{key}[ \t]*=.*",  # the lane behind another
        rf"{before}([ \t]+{key}[ \t]*|{key}[ \t]+)=.*",  # the lane not clean
        rf"{before}{key}=([ \t+].*|[^,]*(;|%20|%09|%2[Bb]|%3[Bb]|{_UNRESERVED.pattern}).*)",
        rf"{before}{key}=[^,]*[ \t+](,.*)?",
    )
    return "|".join(forms)
