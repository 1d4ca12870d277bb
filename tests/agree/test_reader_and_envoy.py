"""The reader of route tables decides as real Envoy does, which it stands in for.

Every matcher is put to Envoy with every request; random tables of virtual hosts and routes follow.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tests.agree.envoy_matching import ONE_LINE, Request, UnreadError, meets
from tests.agree.envoy_probe import Place, Table, envoy_probe
from tests.agree.istio_routes import route_taken, virtual_host

pytestmark = pytest.mark.envoy

VALUES = ((), ("s1",), ("s2",), ("",), ("s1", "s2"), ("s2", "s1"), ("s1,s2",), (" s1 ",), ("S1",))
QUERIES = ("", "k", "k=", "k=a", "k=b&k=a", "k=a&k=b", "k=a%20b", "k=a+b", "K=a", "k=a=b", "%6b=a")
PATHS = ("/", "/m", "/m/", "/M", "/mm", "/m/x", "//m", "/m;a", "/%6d", "/m%2Fx")
STRINGS: tuple[dict[str, Any], ...] = (
    {"exact": "s1"},
    {"exact": "s1,s2"},
    {"exact": "S1", "ignoreCase": True},
    {"prefix": "s"},
    {"suffix": "1"},
    {"contains": ","},
    {"safeRegex": {"regex": "s1"}},
    {"safeRegex": {"regex": "s[12]|"}},
    {"safeRegex": {"regex": "(.*,)?s2"}},
)
SPECIFIERS: tuple[dict[str, Any], ...] = (
    {},
    {"presentMatch": True},
    {"presentMatch": False},
    *({"stringMatch": string} for string in STRINGS),
)
FLAGS: tuple[dict[str, Any], ...] = (
    {},
    {"invertMatch": True},
    {"treatMissingHeaderAsEmpty": True},
    {"invertMatch": True, "treatMissingHeaderAsEmpty": True},
)
QUERY_MATCHERS: tuple[dict[str, Any], ...] = (
    {},
    {"presentMatch": True},
    {"presentMatch": False},
    {"stringMatch": {"exact": "a"}},
    {"stringMatch": {"exact": "a%20b"}},
    {"stringMatch": {"prefix": "a"}},
    {"stringMatch": {"safeRegex": {"regex": "a|"}}},
)
PATH_MATCHERS: tuple[dict[str, Any], ...] = (
    {"path": "/m"},
    {"path": "/M", "caseSensitive": False},
    {"prefix": "/m"},
    {"prefix": "/M", "caseSensitive": False},
    {"pathSeparatedPrefix": "/m"},
    {"pathSeparatedPrefix": "/M", "caseSensitive": False},
    {"safeRegex": {"regex": "/m"}},
    {"safeRegex": {"regex": "/M"}, "caseSensitive": False},
    {"safeRegex": {"regex": "/m.*"}},
)
DOMAINS = ("a.b.c", "*.b.c", "*-x.b.c", "*.c", "a.*", "a.b.*", "A.Up", "[::1]", "a.b.c:81")
AUTHORITIES = (
    *("a.b.c", "A.B.C", "a.b.c:80", "a.b.c:81", "a.b.c.", "a.b.c:", "a.b.c:http", "b.c", ".b.c"),
    *("z.b.c", "y-x.b.c", "-x.b.c", "z.c", "a.zz", "a.b.zz", "a.", "a.b.", "a.up", "zz"),
    *("[::1]:80", "[::1]"),
)


def one_route(match: dict[str, Any]) -> Table:
    return {
        "name": "one",
        "virtualHosts": [{"name": "any", "domains": ["*"], "routes": [{"match": match}]}],
    }


def read(table: Table, request: Request) -> Place | None:
    """Return the place of the route that our reader says the request takes."""
    host = virtual_host(table, request.authority)
    place = None if host is None else route_taken(host, request)
    return None if host is None or place is None else (host["name"], place)


def disagreements(
    tables: Sequence[Table], requests: Sequence[Request], folder: Path
) -> list[tuple[Table, Request, Place | None]]:
    """Ask Envoy about every request at every table; return where the reader says another thing."""
    with envoy_probe(tables, folder) as probe:
        return [
            (table, request, taken)
            for (number, table), request in product(enumerate(tables), requests)
            if read(table, request) != (taken := probe.route_taken(number, request))
        ]


def test_reader_and_envoy_meet_headers_alike(tmp_path: Path) -> None:
    tables = [
        one_route({"prefix": "/", "headers": [{"name": "X-Lane", **specifier, **flags}]})
        for specifier, flags in product(SPECIFIERS, FLAGS)
    ]
    requests = [
        Request("any", headers=tuple(("x-lane", value) for value in values)) for values in VALUES
    ]
    assert disagreements(tables, requests, tmp_path) == []


def test_reader_and_envoy_meet_queries_alike(tmp_path: Path) -> None:
    tables = [
        one_route({"prefix": "/", "queryParameters": [{"name": "k", **matcher}]})
        for matcher in QUERY_MATCHERS
    ]
    requests = [Request("any", query=query) for query in QUERIES]
    assert disagreements(tables, requests, tmp_path) == []


def test_reader_and_envoy_meet_paths_alike(tmp_path: Path) -> None:
    tables = [one_route(matcher) for matcher in PATH_MATCHERS]
    requests = [Request("any", path, query) for path, query in product(PATHS, ("", "q=/m"))]
    assert disagreements(tables, requests, tmp_path) == []


def test_reader_and_envoy_meet_parts_of_the_request_alike(tmp_path: Path) -> None:
    tables = [
        one_route({"prefix": "/", "headers": [{"name": name, "stringMatch": {"exact": value}}]})
        for name, value in ((":method", "POST"), (":authority", "any:80"), (":path", "/m?q"))
    ]
    requests = [
        Request(authority, "/m", query, method)
        for authority, query, method in product(("any", "any:80"), ("", "q"), ("GET", "POST"))
    ]
    assert disagreements(tables, requests, tmp_path) == []


@pytest.mark.parametrize("ignore_port", [True, False])
@pytest.mark.parametrize("any_host", [True, False])
def test_reader_and_envoy_find_the_same_virtual_host(
    tmp_path: Path, *, ignore_port: bool, any_host: bool
) -> None:
    domains = (*DOMAINS, "*") if any_host else DOMAINS
    hosts = [
        {"name": domain, "domains": [domain], "routes": [{"match": {"prefix": "/"}}]}
        for domain in domains
    ]
    table = {"name": "hosts", "ignorePortInHostMatching": ignore_port, "virtualHosts": hosts}
    requests = [Request(authority) for authority in AUTHORITIES]
    assert disagreements([table], requests, tmp_path) == []


def test_reader_and_envoy_take_the_same_route_of_random_tables(tmp_path: Path) -> None:
    draw = random.Random(20261122)  # noqa: S311 - the same tables in every run
    tables = [random_table(draw) for _ in range(40)]
    requests = [random_request(draw) for _ in range(60)]
    assert disagreements(tables, requests, tmp_path) == []


def random_table(draw: random.Random) -> Table:
    """Draw a table of virtual hosts with several routes each."""
    domains = draw.sample((*DOMAINS, "*"), 4)
    hosts = [
        {
            "name": domain,
            "domains": [domain],
            "routes": [{"match": random_match(draw)} for _ in range(draw.randint(1, 5))],
        }
        for domain in domains
    ]
    return {"name": "random", "ignorePortInHostMatching": True, "virtualHosts": hosts}


def random_match(draw: random.Random) -> dict[str, Any]:
    """Draw a match; half of them look at the path only by `/`."""
    match = dict(draw.choice((*PATH_MATCHERS, *[{"prefix": "/"}] * len(PATH_MATCHERS))))
    headers = [
        {"name": draw.choice(("x-lane", "x-user")), **draw.choice(SPECIFIERS), **draw.choice(FLAGS)}
        for _ in range(draw.randint(0, 2))
    ]
    queries = [{"name": "k", **draw.choice(QUERY_MATCHERS)} for _ in range(draw.randint(0, 1))]
    return {**match, "headers": headers, "queryParameters": queries}


def random_request(draw: random.Random) -> Request:
    """Draw a request that uses the values the matchers look for."""
    pairs = [(name, value) for name in ("x-lane", "X-User") for value in draw.choice(VALUES)]
    return Request(
        draw.choice(AUTHORITIES), draw.choice(PATHS), draw.choice(QUERIES), headers=tuple(pairs)
    )


@pytest.mark.parametrize(
    "match",
    [
        {"prefix": "/", "grpc": {}},
        {"connectMatcher": {}},
        {"prefix": "/", "headers": [{"name": "x", "rangeMatch": {"start": "1"}}]},
        {"prefix": "/", "headers": [{"name": "x", "stringMatch": {"custom": {}}}]},
    ],
)
def test_reader_refuses_a_condition_it_does_not_know(match: dict[str, Any]) -> None:
    with pytest.raises(UnreadError):
        meets(match, Request("any", headers=(("x", "1"),)))


def test_lines_of_some_headers_are_put_on_one(tmp_path: Path) -> None:
    names = (*ONE_LINE, "x-user", "baggage", "cookie", "accept-language")
    routes = [
        {"match": {"prefix": f"/{name}", "headers": [{"name": name, **asked}]}}
        for name in names
        for asked in ({"stringMatch": {"exact": "a,b"}}, {"stringMatch": {"exact": "b"}})
    ]
    table = {"virtualHosts": [{"name": "all", "domains": ["*"], "routes": routes}]}
    with envoy_probe([table], tmp_path) as probe:
        for name in names:
            request = Request("a.example", f"/{name}", headers=((name, "a"), (name, "b")))
            taken = probe.route_taken(0, request)

            assert taken == ("all", route_taken(table["virtualHosts"][0], request)), name
