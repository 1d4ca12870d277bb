"""Reads conditions on requests: string matches, header names, whole matches.

Comes in: a cursor on a match of a lane rule or of a VirtualService. Goes out: a Match; or nothing
as soon as one condition cannot be read, because leaving out a condition would let more requests
through than anybody asked for.
https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMatchRequest
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from operator import itemgetter
from typing import Any

import re2

from laneway.core.findings.codes import shape
from laneway.core.resources.matching import Match, MatchKind, StringMatch, is_header_name
from laneway.core.resources.yaml.cursor import Cursor

MATCH_FIELDS = frozenset(
    {
        "name",
        "uri",
        "ignoreUriCase",
        "scheme",
        "method",
        "authority",
        "headers",
        "withoutHeaders",
        "queryParams",
        "port",
        "sourceLabels",
        "sourceNamespace",
        "gateways",
        "statPrefix",
    }
)
_WAYS: tuple[MatchKind, ...] = ("exact", "prefix", "regex")
LONGEST_REGEX = 1024
"""Bytes. Istio refuses expressions that are longer."""
_PSEUDO_HEADERS = frozenset({":method", ":scheme", ":authority", ":path", ":status"})
_CLAIM = "@request.auth.claims"
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


@lru_cache(maxsize=4096)
def regex_problem(expression: str) -> str:
    """Say why RE2 cannot compile an expression; nothing if it can.

    Longer ones than 1024 bytes are refused, as Istio refuses them.

    >>> regex_problem("v[12]"), regex_problem("(?=x)") != ""
    ('', True)
    """
    if len(expression.encode()) > LONGEST_REGEX:
        return "it is longer than 1024 bytes"
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(expression, options)
    except re2.error as error:
        reason = error.args[0] if error.args else "it does not compile"
        return reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
    return ""


def header_name_is_valid(name: str) -> bool:
    """Whether a request can carry a header of that name, pseudo headers and claims included."""
    return name in _PSEUDO_HEADERS or name.startswith(_CLAIM) or is_header_name(name)


def read_match(cursor: Cursor) -> Match | None:
    """Read one match. None when any condition in it could not be read."""
    before = cursor.notes.errors
    match = Match(**{field: read(cursor, key) for key, field, read in _READ if key in cursor.raw})
    return match if cursor.notes.errors == before else None


def read_string(cursor: Cursor, key: str) -> StringMatch | None:
    """Read the condition under `key`; an empty one is an error."""
    if not cursor.written(key) or cursor.mapping(key) is None:
        return None
    return _condition(cursor.below(key), present=False)


def read_headers(cursor: Cursor, key: str) -> tuple[tuple[str, StringMatch], ...]:
    """Read conditions on headers, names in lower case; `{}` asks that the header exists."""
    for name, value in cursor.entries(key):
        if not header_name_is_valid(name):
            cursor.report(shape.BAD_HEADER_NAME, key, name, name=repr(name))
        elif isinstance(value, dict):
            _check_value(cursor, key, name, value)
    lowered = ((name.lower(), match) for name, match in _named(cursor, key))
    return tuple(sorted(lowered, key=itemgetter(0)))


def _check_value(cursor: Cursor, key: str, name: str, value: dict[str, Any]) -> None:
    for way in ("exact", "prefix"):
        text = value.get(way)
        if isinstance(text, str) and _CONTROL.search(text):
            problem = "holds a control character"
            fix = "Delete the control character."
            cursor.report(
                shape.BAD_HEADER_VALUE, key, name, way, name=name, problem=problem, fix=fix
            )


def _named(cursor: Cursor, key: str) -> tuple[tuple[str, StringMatch], ...]:
    found = []
    for name, value in cursor.entries(key):
        if not isinstance(value, dict):
            cursor.report(shape.NO_WAY, key, name)
            continue
        below = Cursor(value, cursor.notes, (*cursor.path, key, name))
        match = _condition(below, present=True)
        if match is not None:
            found.append((name, match))
    return tuple(sorted(found, key=itemgetter(0)))


def _condition(cursor: Cursor, *, present: bool) -> StringMatch | None:
    ways = [way for way in _WAYS if cursor.written(way)]
    for name in cursor.raw:
        if name not in _WAYS:
            cursor.report(shape.UNKNOWN_CONDITION, name, known="exact, prefix, regex")
            return None
    if len(ways) > 1:
        cursor.report(shape.SEVERAL_WAYS, ways=" and ".join(ways))
        return None
    if ways:
        return _compared(cursor, ways[0], present=present)
    if not present or cursor.raw:
        cursor.report(shape.NO_WAY)
        return None
    return StringMatch("present")


def _compared(cursor: Cursor, way: MatchKind, *, present: bool) -> StringMatch | None:
    before = cursor.notes.errors
    value = cursor.text(way)
    if cursor.notes.errors > before:
        return None
    if present and way == "regex" and value == "*":
        return StringMatch("present")  # Istio's older spelling of "exists"
    if not value and (way == "regex" or (way == "prefix" and cursor.path[-1] != "uri")):
        cursor.report(shape.EMPTY_MATCH, way)
        return None
    problem = regex_problem(value) if way == "regex" else ""
    if problem:
        cursor.report(shape.BAD_REGEX, way, problem=problem)
        return None
    return StringMatch(way, value)


_READ: tuple[tuple[str, str, Callable[[Cursor, str], Any]], ...] = (
    ("name", "name", Cursor.text),
    ("uri", "uri", read_string),
    ("ignoreUriCase", "ignore_uri_case", Cursor.flag),
    ("scheme", "scheme", read_string),
    ("method", "method", read_string),
    ("authority", "authority", read_string),
    ("headers", "headers", read_headers),
    ("withoutHeaders", "without_headers", read_headers),
    ("queryParams", "query_params", _named),
    ("port", "port", Cursor.port),
    ("sourceLabels", "source_labels", Cursor.labels),
    ("sourceNamespace", "source_namespace", Cursor.text),
    ("gateways", "gateways", Cursor.texts),
)
"""The conditions of a match as they are written, the field of each, and how it is read."""
