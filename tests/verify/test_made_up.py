"""Requests that are made up for a rule: a client can send them, and they meet it; or none is."""

import pytest

from laneway.core.routing.ask.request import Request
from laneway.core.search.probes import Probe, probes
from laneway.core.search.sendable import is_sendable
from tests.rules.world import gateway, mesh, routes

AT_THE_DOOR = "hosts: ['*']\n  gateways: [istio-system/door]"


def asked(match: str, *, door: str = "['*']") -> Request | None:
    """Return the request for a route with this match, in a mesh whose lanes are not entered."""
    http = f"[{{match: [{match}], route: [{{destination: {{host: a, subset: s1}}}}]}}]"
    own = routes("own", http, AT_THE_DOOR)
    compiled = mesh(own, door=gateway(door), without="s1 s2").compiled()
    found = [one for one in probes(compiled.mesh, compiled.plan).sent if _is_for_a_rule(one)]
    return found[0].request if found else None


def _is_for_a_rule(probe: Probe) -> bool:
    return probe.purpose == "rule"


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("{regex: '/mock.*'}", "/mock"),
        ("{regex: '^/mock$'}", "/mock"),
        ("{regex: '.*'}", "/"),
        ("{regex: '/api/v[0-9]+/(carts|orders)/.+'}", "/api/v0/carts/a"),
        ("{regex: '/.*[.].*'}", "/a."),
        ("{prefix: /api}", "/api"),
    ],
)
def test_the_plainest_path_is_asked_for(uri: str, path: str) -> None:
    found = asked(f"{{uri: {uri}}}")

    assert found is not None
    assert found.path == path


def test_a_request_meets_all_conditions_of_a_match() -> None:
    found = asked(
        "{uri: {regex: '/item/[0-9]+'}, method: {regex: PUT|POST},"
        " headers: {x-env: {prefix: dev}, x-id: {regex: '.*'}},"
        " withoutHeaders: {x-off: {}}, queryParams: {beta: {exact: '1'}}}",
        door="['*.example.com']",
    )

    assert found == Request(
        "a.example.com", "/item/0?beta=1", "POST", headers=(("x-env", "dev"), ("x-id", "a"))
    )


def test_a_request_asks_for_the_authority_a_match_asks_for() -> None:
    found = asked("{authority: {prefix: shop.}}")

    assert found is not None
    assert found.host.startswith("shop.")


@pytest.mark.parametrize(
    "match",
    [
        "{scheme: {exact: https}}",
        "{uri: {exact: no-slash}}",
        "{uri: {exact: '/a b'}}",
        "{uri: {exact: /a/../b}}",
        "{uri: {exact: /..}}",
        "{uri: {regex: '/a/[.]'}}",
        "{method: {exact: get}}",
        "{authority: {exact: a b}}",
        "{headers: {':path': {exact: /}}}",
        "{headers: {'@request.auth.claims.sub': {exact: x}}}",
        "{headers: {connection: {exact: x}}}",
        '{headers: {x-a: {exact: "line\\nbreak"}}}',
        "{queryParams: {'a&b': {exact: '1'}}}",
        "{queryParams: {a: {exact: '&'}}}",
        "{withoutHeaders: {x-a: {regex: '.*'}}, headers: {x-a: {exact: b}}}",
    ],
)
def test_what_no_client_can_send_is_not_made_up(match: str) -> None:
    assert asked(match) is None


@pytest.mark.parametrize(
    "request_",
    [
        Request(path="/a b"),
        Request(method="get"),
        Request("a b"),
        Request(scheme="https"),
        Request(headers=((":path", "/"),)),
        Request(headers=(("host", "x"),)),
        Request(headers=(("x-a", " blank in front"),)),
        Request(headers=(("x-ä", "1"),)),
    ],
)
def test_what_would_arrive_otherwise_is_not_sent(request_: Request) -> None:
    assert not is_sendable(request_)
