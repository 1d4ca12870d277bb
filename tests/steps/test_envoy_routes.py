"""Rules as Envoy routes: whole values compared, and what Envoy would not take named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from laneway.core.emit.envoy.match import flaw, route_match
from laneway.core.emit.envoy.routes import Spelled, Spelling, spell
from laneway.core.mesh.names import Host
from laneway.core.resources.matching import Match, StringMatch
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.route_plan import (
    Action,
    Answer,
    Destination,
    Forward,
    HeaderEdits,
    Headers,
    Origin,
    Refuse,
    Rule,
    Share,
)

ORIGIN = Origin(Ref("VirtualService", "shop", "own"))
SPELLING = Spelling(lambda to: f"{to.host}:{to.port}:{to.subset}", lambda _: 7, lambda _: "stat")


def _to(host: str, weight: int = 100, **headers: Any) -> Share:
    return Share(weight, Destination(Host(host), 80, "v1"), Headers(**headers))


def _spell(action: Action, *matches: Match, **fields: Any) -> Spelled:
    return spell(Rule("r", matches, action, ORIGIN, **fields), SPELLING)


def _left(spelled: Spelled) -> list[str]:
    return [one.field for one in spelled.unexecuted]


def test_a_rule_to_one_destination_is_one_route() -> None:
    spelled = _spell(Forward((_to("a"),)))

    assert spelled == Spelled(
        (
            {
                "name": "r",
                "match": {"prefix": "/"},
                "route": {"timeout": "0s", "cluster": "a:80:v1"},
                "stat_prefix": "stat",
            },
        )
    )


def test_each_match_is_a_route_that_carries_its_name() -> None:
    one = Match("one", uri=StringMatch("exact", "/1"))
    two = Match("two", uri=StringMatch("regex", "/2"))

    routes = _spell(Forward((_to("a"),)), one, two).routes

    assert [(route["name"], route["match"]) for route in routes] == [
        ("r.one", {"path": "/1"}),
        ("r.two", {"safe_regex": {"regex": "/2"}}),
    ]


def test_a_split_keeps_weights_and_each_shares_headers() -> None:
    stamped = _to("b", 10, request=HeaderEdits(set=(("x", "b"), ("Host", "b.example"))))

    (route,) = _spell(Forward((_to("a", 90), stamped))).routes

    assert route["route"]["weighted_clusters"] == {
        "clusters": [
            {"name": "a:80:v1", "weight": 90},
            {
                "name": "b:80:v1",
                "weight": 10,
                "request_headers_to_add": [
                    {
                        "header": {"key": "x", "value": "b"},
                        "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
                    }
                ],
                "host_rewrite_literal": "b.example",
            },
        ]
    }


def test_a_sole_destinations_edits_come_after_the_rules_own() -> None:
    own = Headers(HeaderEdits(set=(("x", "rule"),), remove=("y", ":path")))
    share = _to(
        "a", request=HeaderEdits(add=(("x", "share"),)), response=HeaderEdits(remove=("z",))
    )

    (route,) = _spell(Forward((share,)), headers=own).routes

    added = [one["header"]["value"] for one in route["request_headers_to_add"]]
    assert added == ["rule", "share"]
    assert (route["request_headers_to_remove"], route["response_headers_to_remove"]) == (
        ["y"],
        ["z"],
    )


@pytest.mark.parametrize(
    ("rule", "share", "policy", "host"),
    [
        ("rule.example", "share.example", {}, "rule.example"),
        ("", "share.example", {}, "share.example"),
        ("rule.example", "", {"rewrite": {"authority": "rewritten"}}, "rewritten"),
    ],
)
def test_the_authority_has_one_author(
    rule: str, share: str, policy: Mapping[str, Any], host: str
) -> None:
    def edits(value: str) -> HeaderEdits:
        return HeaderEdits(add=((":authority", value),)) if value else HeaderEdits()

    (route,) = _spell(
        Forward((_to("a", request=edits(share)),)), headers=Headers(edits(rule)), policy=policy
    ).routes

    assert route["route"]["host_rewrite_literal"] == host


def test_a_mirror_without_a_port_gets_the_one_that_is_meant() -> None:
    policy = {"mirrors": [{"destination": {"host": "b", "subset": "s"}}]}
    exact = {"mirror": {"host": "b.x.y", "port": {"number": 81}}}

    (route,) = _spell(Forward((_to("a"),)), policy=policy).routes
    (other,) = _spell(Forward((_to("a"),)), policy=exact).routes

    (mirror,) = route["route"]["request_mirror_policies"]
    assert mirror["cluster"] == "b.shop.svc.cluster.local:7:s"
    assert other["route"]["request_mirror_policies"][0]["cluster"] == "b.x.y:81:"


def test_a_mirror_to_nowhere_is_left_over() -> None:
    assert _left(_spell(Forward((_to("a"),)), policy={"mirror": {"subset": "s"}})) == ["mirror"]


def test_a_refusal_answers_with_its_status() -> None:
    (route,) = _spell(Refuse(503)).routes

    assert route == {"name": "r", "match": {"prefix": "/"}, "direct_response": {"status": 503}}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ({"uri": "/a"}, {"response_code": "MOVED_PERMANENTLY", "path_redirect": "/a"}),
        (
            {"authority": "b", "redirectCode": 308, "scheme": "https", "port": 443},
            {
                "response_code": "PERMANENT_REDIRECT",
                "host_redirect": "b",
                "scheme_redirect": "https",
            },
        ),
        ({"port": 8443}, {"response_code": "MOVED_PERMANENTLY", "port_redirect": 8443}),
    ],
)
def test_a_redirect_says_where_to(written: Mapping[str, Any], meant: Mapping[str, Any]) -> None:
    (route,) = _spell(Answer("redirect", written)).routes

    assert route["redirect"] == meant


def test_a_redirect_that_envoy_lacks_fails_its_own_requests() -> None:
    spelled = _spell(Answer("redirect", {"redirectCode": 305}))

    assert spelled.routes[0]["direct_response"] == {"status": 500}
    assert _left(spelled) == ["redirect.redirectCode"]


def test_a_redirect_to_the_requests_own_port_is_left_over() -> None:
    spelled = _spell(Answer("redirect", {"uri": "/", "derivePort": "FROM_REQUEST_PORT"}))

    assert _left(spelled) == ["redirect.derivePort"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ({"status": 404}, {"status": 404}),
        (
            {"status": 200, "body": {"string": "a"}},
            {"status": 200, "body": {"inline_string": "a"}},
        ),
        (
            {"status": 200, "body": {"bytes": "YQ=="}},
            {"status": 200, "body": {"inline_bytes": "YQ=="}},
        ),
        ({"status": 20, "body": "a"}, {"status": 500}),
    ],
)
def test_a_direct_response_answers_itself(
    written: Mapping[str, Any], meant: Mapping[str, Any]
) -> None:
    (route,) = _spell(Answer("directResponse", written)).routes

    assert route["direct_response"] == meant


def test_an_answer_of_an_unknown_kind_falls_to_no_other_rule() -> None:
    spelled = _spell(Answer("delegate", {}))

    assert spelled.routes[0]["direct_response"] == {"status": 500}
    assert _left(spelled) == ["delegate"]


@pytest.mark.parametrize(
    ("match", "field"),
    [
        (Match(uri=StringMatch("regex", "(")), "uri"),
        (Match(method=StringMatch("regex", "[")), "method"),
        (Match(authority=StringMatch("exact", "a\nb")), "authority"),
        (Match(scheme=StringMatch("regex", "")), "scheme"),
        (Match(headers=(("x y", StringMatch("exact", "a")),)), "headers.x y"),
        (Match(headers=(("@request.auth.claims", StringMatch("present")),)), None),
        (Match(without_headers=(("x", StringMatch("regex", "(")),)), "withoutHeaders.x"),
        (Match(query_params=(("q", StringMatch("regex", "(")),)), "queryParams.q"),
        (Match(query_params=(("", StringMatch("exact", "a")),)), "queryParams."),
        (Match(headers=(("x", StringMatch("regex", "*")),)), ""),
        (Match(uri=StringMatch("prefix", "/")), ""),
    ],
)
def test_a_match_envoy_would_reject_is_found(match: Match, field: str | None) -> None:
    assert flaw(match) == field if field is not None else flaw(match)


def test_a_flawed_match_costs_its_own_route_only() -> None:
    bad = Match(uri=StringMatch("regex", "("))
    good = Match(uri=StringMatch("prefix", "/a"))

    spelled = _spell(Forward((_to("a"),)), bad, good)

    assert [route["match"] for route in spelled.routes] == [{"prefix": "/a"}]
    assert _left(spelled) == ["match.uri"]


def test_flawed_edits_are_left_out_and_named() -> None:
    edits = HeaderEdits(
        set=(("ok", "%REQ(x)% %%"), ("bad", "50%")),
        add=(("b ad", "v"),),
        remove=("w rong",),
    )

    spelled = _spell(Forward((_to("a", response=edits),)), headers=Headers(request=edits))

    (route,) = spelled.routes
    assert [one["header"]["key"] for one in route["request_headers_to_add"]] == ["ok"]
    assert "request_headers_to_remove" not in route
    paths = ["set.bad", "add.b ad", "remove.w rong"]
    assert _left(spelled) == [
        *(f"headers.request.{path}" for path in paths),
        *(f"route.headers.response.{path}" for path in paths),
    ]


def test_conditions_are_spelled_as_istiod_does() -> None:
    match = Match(
        uri=StringMatch("present"),
        ignore_uri_case=True,
        method=StringMatch("exact", "GET"),
        headers=(
            ("b", StringMatch("present")),
            ("c", StringMatch("prefix", "")),
        ),
        without_headers=(("a", StringMatch("exact", "x")), ("d", StringMatch("present"))),
        query_params=(("q", StringMatch("regex", "*")), ("r", StringMatch("exact", "1"))),
    )

    assert route_match(match) == {
        "prefix": "/",
        "case_sensitive": False,
        "headers": [
            {
                "name": "a",
                "string_match": {"exact": "x"},
                "invert_match": True,
                "treat_missing_header_as_empty": True,
            },
            {"name": "b", "present_match": True},
            {"name": "c", "present_match": True},
            {"name": "d", "present_match": True, "invert_match": True},
            {"name": ":method", "string_match": {"exact": "GET"}},
        ],
        "query_parameters": [
            {"name": "q", "present_match": True},
            {"name": "r", "string_match": {"exact": "1"}},
        ],
    }
