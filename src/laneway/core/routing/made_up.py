"""Made-up requests that meet a match.

Comes in: a Match and the domain of the virtual host it stands in. Goes out: requests that meet it,
the plainest first; none where a condition is of a kind no client can fulfill (a token's claim, a
pseudo header) or its value could not be made up. It refuses values that would not arrive as they
are sent: what is not printable, and paths that a proxy normalizes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, product

from laneway.core.resources.matching import Match, StringMatch, is_header_name
from laneway.core.routing.plan import Pairs
from laneway.core.routing.request import Request, unmet
from laneway.core.routing.specimen import FILLER, specimens

STRANGER = "nosuch"
"""A header's value, and a path, that no rule is likely to ask for."""

MOST = 256
"""How many combinations are tried for one match."""

_HEADER_VALUE = re.compile(r"(?:[!-~](?:[ -~]*[!-~])?)?")
_METHOD = re.compile(r"[A-Z]{1,20}")
_PATH = re.compile(r"/[A-Za-z0-9\-._~!$&'()*+,;=:@%/]*")
_QUERY = re.compile(r"[A-Za-z0-9\-._~!$'()*+,;:@%/]*")
_HOST = re.compile(r"[A-Za-z0-9.\-_]*[A-Za-z0-9]")
_DOT_SEGMENT = re.compile(r"/\.{1,2}(/|$)")
_OF_THE_CONNECTION = frozenset(
    {"connection", "content-length", "expect", "host", "te", "transfer-encoding", "upgrade"}
)
"""Headers that speak of the connection or the message: proxies and clients set them themselves."""


def requests_for(match: Match, domain: str) -> Iterator[Request]:
    """Yield requests that meet a match, for hosts that a domain covers.

    >>> lane = (("x-lane", StringMatch("exact", "s1")),)
    >>> request = next(requests_for(Match(uri=StringMatch("prefix", "/api"), headers=lane), "*"))
    >>> request.host, request.path, request.headers
    ('localhost', '/api', (('x-lane', 's1'),))
    """
    parts = (_hosts(match, domain), _methods(match.method), _targets(match), _headers(match))
    for host, method, target, headers in islice(product(*parts), MOST):
        request = Request(host, target, method, headers=headers)
        if unmet(match, request) is None:
            yield request


def excluded_headers(match: Match) -> Iterator[tuple[str, str]]:
    """Yield headers that a match excludes.

    >>> list(excluded_headers(Match(without_headers=(("debug", StringMatch("present")),))))
    [('debug', 'laneway')]
    """
    for name, condition in match.without_headers:
        values = (FILLER,) if condition.kind == "present" else _fit(condition, _HEADER_VALUE)
        if is_header_name(name) and name not in _OF_THE_CONNECTION:
            yield from ((name, value) for value in _full_first(values)[:1])


def domain_hosts(domain: str) -> tuple[str, ...]:
    """Return hosts that a domain covers.

    >>> domain_hosts("*.example.com"), domain_hosts("shop.example.com")
    (('laneway.example.com',), ('shop.example.com',))
    """
    if domain == "*":
        return ("localhost", f"{FILLER}.test")
    return (FILLER + domain[1:],) if domain.startswith("*") else (domain,)


def _hosts(match: Match, domain: str) -> tuple[str, ...]:
    if match.authority is None:
        return domain_hosts(domain)
    return _fit(match.authority, _HOST)


def _methods(condition: StringMatch | None) -> tuple[str, ...]:
    if condition is None:
        return ("GET",)
    found = _fit(condition, _METHOD)
    usual = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
    return tuple(name for name in usual if name in found) or found or usual


def _targets(match: Match) -> Iterator[str]:
    queries = list(_queries(match))
    for path in _paths(match.uri):
        yield from (path + query for query in queries)


def _paths(uri: StringMatch | None) -> tuple[str, ...]:
    if uri is None or uri.kind == "present":
        return ("/", f"/{FILLER}")
    return tuple(path for path in _fit(uri, _PATH) if not _DOT_SEGMENT.search(path))


def _queries(match: Match) -> Iterator[str]:
    choices = [
        [f"{name}={value}" for value in _fit(condition, _QUERY)]
        for name, condition in match.query_params
        if _QUERY.fullmatch(name)
    ]
    if len(choices) == len(match.query_params):
        for chosen in product(*choices):
            yield "?" + "&".join(chosen) if chosen else ""


def _headers(match: Match) -> Iterator[Pairs]:
    """Yield values for the headers a match asks for; excluded ones are left out."""
    choices = [
        [(name, value) for value in _full_first(_fit(condition, _HEADER_VALUE))]
        for name, condition in match.headers
        if is_header_name(name) and name not in _OF_THE_CONNECTION
    ]
    if len(choices) == len(match.headers):
        yield from product(*choices)


def _full_first(values: tuple[str, ...]) -> list[str]:
    return sorted(values, key=lambda value: not value)


def _fit(condition: StringMatch, form: re.Pattern[str]) -> tuple[str, ...]:
    return tuple(value for value in specimens(condition) if form.fullmatch(value))
