"""Whether a request meets a route's match, as Envoy 1.40 decides it.

In: the `match` of an Envoy route as JSON, and a request. Out: yes or no. It reads what Istio's own
code has translated, so it is apart from Laneway's `core` and shares nothing with it; every rule
here was tried on real Envoy (`test_reader_and_envoy.py`). It refuses what it does not know: a field
without a reading raises `UnreadError`, so nothing of a route is overlooked.
https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import re2
from msgspec import Struct

Json = Mapping[str, Any]
Pairs = tuple[tuple[str, str], ...]


ONE_LINE = (
    *("content-type", "expect", "grpc-timeout", "user-agent", "via", "x-client-trace-id"),
    *("x-forwarded-for", "x-forwarded-proto", "x-request-id"),
)
"""Headers whose lines Envoy puts on one."""


class UnreadError(Exception):
    """The translated configuration says something this reader has no reading for."""


class Request(Struct, frozen=True):
    """An HTTP request as a proxy's router sees it.

    `authority` may carry a port. `path` has no query; `query` has no question mark. `headers` are
    pairs in order and may repeat a name, which is compared without case.
    """

    authority: str
    path: str = "/"
    query: str = ""
    method: str = "GET"
    scheme: str = "http"
    headers: Pairs = ()

    def values(self, name: str) -> list[str]:
        """Return every value of a header; the names with a colon are parts of the request."""
        target = f"{self.path}?{self.query}" if self.query else self.path
        match name.lower():
            case ":authority" | "host":
                return [self.authority]
            case ":method":
                return [self.method]
            case ":scheme":
                return [self.scheme]
            case ":path":
                return [target]
            case wanted:
                found = [value.strip() for key, value in self.headers if key.lower() == wanted]
                return [",".join(found)] if found and wanted in ONE_LINE else found


def known(found: Json, fields: Iterable[str]) -> None:
    """Raise `UnreadError` if there is a field beside those named."""
    unread = sorted(set(found) - set(fields))
    if unread:
        raise UnreadError(f"no reading for {', '.join(unread)} in {dict(found)}")


def meets(match: Json, request: Request) -> bool:
    """Whether a request meets the `match` of a route."""
    path, rest = _path_test(match)
    known(rest, ("headers", "queryParameters"))
    return (
        path(request.path)
        and all(meets_header(one, request) for one in rest.get("headers", []))
        and all(_meets_query(one, request) for one in rest.get("queryParameters", []))
    )


def _path_test(match: Json) -> tuple[Callable[[str], bool], Json]:
    """Return the test of the path, and what the match asks beside it."""
    rest = {key: value for key, value in match.items() if key != "caseSensitive"}
    fold = str if match.get("caseSensitive", True) else str.lower
    if "prefix" in rest:
        prefix = fold(rest.pop("prefix"))
        return lambda path: fold(path).startswith(prefix), rest
    if "path" in rest:
        exact = fold(rest.pop("path"))
        return lambda path: fold(path) == exact, rest
    if "pathSeparatedPrefix" in rest:
        folder = fold(rest.pop("pathSeparatedPrefix"))
        return lambda path: f"{fold(path)}/".startswith(f"{folder}/"), rest
    if "safeRegex" in rest:
        expression = rest.pop("safeRegex")  # caseSensitive says nothing about expressions
        return lambda path: _fits(expression, path), rest
    raise UnreadError(f"no path in {match}")


def _fits(expression: Json, value: str) -> bool:
    known(expression, ("regex", "googleRe2"))
    return re2.fullmatch(expression["regex"], value) is not None


def meets_string(matcher: Json, value: str) -> bool:
    """Whether a value meets a string matcher."""
    known(matcher, ("exact", "prefix", "suffix", "contains", "safeRegex", "ignoreCase"))
    if "safeRegex" in matcher:
        return _fits(matcher["safeRegex"], value)
    fold = str.lower if matcher.get("ignoreCase", False) else str
    for kind, test in _TESTS.items():
        if kind in matcher:
            return test(fold(value), fold(matcher[kind]))
    raise UnreadError(f"no string matcher: {matcher}")


_TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "exact": str.__eq__,
    "prefix": str.startswith,
    "suffix": str.endswith,
    "contains": str.__contains__,
}


def meets_header(matcher: Json, request: Request) -> bool:
    """Whether a request meets a header matcher.

    Each line of a repeated header is looked at by itself: one that fits is enough, and an inverted
    matcher wants none that fits. A header that is not there meets no matcher, inverted or not,
    unless it is to be taken as empty.
    """
    known(
        matcher,
        ("name", "stringMatch", "presentMatch", "invertMatch", "treatMissingHeaderAsEmpty"),
    )
    values = request.values(matcher["name"])
    inverted: bool = matcher.get("invertMatch", False)
    if not values and matcher.get("treatMissingHeaderAsEmpty", False):
        values = [""]
    if "stringMatch" not in matcher:
        wanted: bool = matcher.get("presentMatch", True)
        return (bool(values) == wanted) != inverted
    if not values:
        return False
    return any(meets_string(matcher["stringMatch"], value) for value in values) != inverted


def _meets_query(matcher: Json, request: Request) -> bool:
    """Whether the query meets a matcher: the first value counts, and nothing is decoded."""
    known(matcher, ("name", "stringMatch", "presentMatch"))
    pairs = [pair.partition("=") for pair in request.query.split("&") if pair]
    values = [value for name, _, value in pairs if name == matcher["name"]]
    if "stringMatch" not in matcher:
        wanted: bool = matcher.get("presentMatch", True)
        return bool(values) == wanted
    return bool(values) and meets_string(matcher["stringMatch"], values[0])
