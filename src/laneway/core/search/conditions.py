"""A match as conditions on the parts of a request, each of which can be denied by itself.

Comes in: a Match. Goes out: conditions that all must hold. A part is the path, the method, the
scheme, the host, a header or a query parameter; parts do not know of each other, which is what
makes questions about whole requests answerable. It refuses claims among the headers, and the path
with its query: those conditions are opaque.
https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMatchRequest
"""

from __future__ import annotations

from collections.abc import Iterable

import re2
from msgspec import Struct

from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.propagation import BAGGAGE
from laneway.core.resources.matching import Match, StringMatch
from laneway.core.routing.ask.baggage_lines import lane_members, out_of_order
from laneway.core.routing.ask.request import PSEUDO
from laneway.core.search.values import PRESENT, Pattern, PatternKind, holds

HEADER = "header "
PARAMETER = "parameter "
_ANY_CASE: dict[str, PatternKind] = {"exact": "exact, any case", "prefix": "prefix, any case"}


class Condition(Struct, frozen=True):
    """A pattern of a part: of a header that some line meets it, or that none does if not `met`."""

    part: str
    pattern: Pattern
    met: bool = True

    def denied(self) -> Condition:
        """Return the condition that holds where this one does not."""
        return Condition(self.part, self.pattern, not self.met)


Conditions = frozenset[Condition]
"""Conditions that hold together."""

ALWAYS: Conditions = frozenset()


def conditions_of(match: Match) -> Conditions:
    """Return the conditions of a match on the request itself; who calls is decided before.

    >>> sorted(one.part for one in conditions_of(Match(uri=StringMatch("prefix", "/a"))))
    ['path']
    """
    found = []
    if match.uri is not None:
        found.append(Condition("path", _path_pattern(match.uri, any_case=match.ignore_uri_case)))
    for part, asked in (
        ("method", match.method),
        ("scheme", match.scheme),
        ("host", match.authority),
    ):
        if asked is not None:
            found.append(Condition(part, _pattern(asked)))
    found += [_on_header(name, _pattern(asked)) for name, asked in match.headers]
    found += [Condition(PARAMETER + name, _pattern(asked)) for name, asked in match.query_params]
    for name, excluded in match.without_headers:
        found += _without(name, _pattern(excluded))
    return frozenset(found)


def within(domain: str, outside: Iterable[str] = (), *, ports: bool = False) -> Conditions:
    """Return the conditions on the host a client asks for: within a domain, and outside of some.

    With `ports` the host may carry a port, which is ignored.

    >>> sorted((one.pattern.kind, one.met) for one in within("*.shop.test", ["a.shop.test"]))
    [('exact', False), ('suffix', True)]
    """
    inside = [] if domain == "*" else [_within(domain, ports=ports)]
    return frozenset([*inside, *(_within(one, ports=ports).denied() for one in outside)])


def as_filtered(mesh: Mesh) -> Conditions:
    """Return what holds of requests that routes of a gateway see: their baggage is in order."""
    members = lane_members(mesh)
    forms = (out_of_order(name, alone=len(members) == 1) for name in members)
    return frozenset(
        Condition(HEADER + BAGGAGE, Pattern("regex", form), met=False) for form in forms
    )


def _within(domain: str, *, ports: bool) -> Condition:
    wide, name = domain.startswith("*"), domain.removeprefix("*")
    if ports:
        written = f"{'.*' if wide else ''}{re2.escape(name)}(:[0-9]+)?"
        return Condition("host", Pattern("regex", written))
    return Condition("host", Pattern("suffix" if wide else "exact", name))


def asks_for_host(match: Match) -> bool:
    """Whether a match has a condition on the authority itself, port included."""
    names = (name for name, _ in (*match.headers, *match.without_headers))
    return match.authority is not None or any(PSEUDO.get(name) == "host" for name in names)


def _pattern(asked: StringMatch) -> Pattern:
    return Pattern(asked.kind, asked.value)


def _path_pattern(asked: StringMatch, *, any_case: bool) -> Pattern:
    if any_case and asked.kind in _ANY_CASE:
        return Pattern(_ANY_CASE[asked.kind], asked.value)
    return _pattern(asked)


def _on_header(name: str, pattern: Pattern) -> Condition:
    """Return a condition on a header; one on a pseudo header is one on that part of the request.

    `:path` has the query too, so of it only the prefixes and presence are conditions on the path.
    """
    part = PSEUDO.get(name)
    if part == "path" and not (pattern.kind in ("prefix", "present") and "?" not in pattern.value):
        part = None
    return Condition(part or HEADER + name, pattern)


def _without(name: str, excluded: Pattern) -> list[Condition]:
    """Return what `withoutHeaders` asks: an absent header counts as one line without a value."""
    found = [_on_header(name, excluded).denied()]
    if name not in PSEUDO and excluded != PRESENT and holds(excluded, ""):
        found.append(Condition(HEADER + name, PRESENT))
    return found


def is_opaque(part: str) -> bool:
    """Whether a part is a header that is none: the path with its query, a claim of a token."""
    return part.startswith((f"{HEADER}:", f"{HEADER}@"))


def is_parameter(name: str) -> bool:
    """Whether a query can hold a parameter of that name; nothing in it is decoded."""
    return re2.fullmatch(r"[!\"$%'-<>-~]*", name) is not None
