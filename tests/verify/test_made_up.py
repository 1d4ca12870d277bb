"""Values and requests that are made up: they meet what they are made for, or there are none."""

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from laneway.core.resources.matching import Match, StringMatch
from laneway.core.routing.made_up import requests_for
from laneway.core.routing.request import Request, unmet
from laneway.core.routing.specimen import specimens


def regex(pattern: str) -> StringMatch:
    return StringMatch("regex", pattern)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("/mock.*", "/mock"),
        ("^/mock$", "/mock"),
        ("v[12]", "v1"),
        ("(s1|s2)", "s1"),
        ("(?:a|b)c", "ac"),
        ("(?i)abc", "abc"),
        ("(?P<name>x)+y*", "x"),
        ("(?<name>x)", "x"),
        ("(?i:x)y", "xy"),
        (r"/api/v\d+/.+", "/api/v0/a"),
        (r"a\.b", "a.b"),
        (r"\bfoo\b", "foo"),
        (r"\D\W", "a-"),
        ("[^/]+", "a"),
        ("[^a]", "b"),
        ("[]a]", "a"),
        ("[a-]", "a"),
        (r"[\d-]", "0"),
        (r"[a\-z]", "a"),
        (r"[\.-\/]", "."),
        ("[[:alpha:]]+", "a"),
        ("[[:^alpha:]]", "0"),
        ("a{3}", "aaa"),
        ("a{2,}", "aa"),
        ("a{2,4}?", "aa"),
        ("a+?b??", "a"),
        ("{x}", "{x}"),
        ("a{,2}", "a{,2}"),
        ("a|", "a"),
        ("^(.*?;)?(user=jason)(;.*)?$", "user=jason"),
    ],
)
def test_the_plainest_value_of_an_expression_is_made_up(pattern: str, expected: str) -> None:
    assert specimens(regex(pattern))[0] == expected


@pytest.mark.parametrize(
    "pattern", [r"\Qx\E", r"\pL", "(", "(?", "(?P<x", "[z", "[[:x", "a{", "a**", "*", "(?=x)", "\\"]
)
def test_an_expression_that_is_not_read_gives_no_wrong_value(pattern: str) -> None:
    assert all(re2.fullmatch(pattern, value) for value in specimens(regex(pattern)))


def test_an_expression_no_proxy_takes_has_no_value() -> None:
    assert specimens(regex("[z-a]")) == ()


@given(st.text(alphabet="ab1/.*+?|()[]{}^$\\-,", max_size=12))
def test_whatever_is_made_up_meets_its_expression(pattern: str) -> None:
    for value in specimens(regex(pattern)):
        assert re2.fullmatch(pattern, value)


@given(
    st.recursive(
        st.sampled_from(["a", "/x", "[a-c]", r"\d", ".", "[^/]"]),
        lambda inner: st.one_of(
            st.tuples(inner, inner).map("".join),
            st.tuples(inner, inner).map(lambda pair: f"({pair[0]}|{pair[1]})"),
            st.tuples(inner, st.sampled_from("*+?")).map(lambda pair: f"(?:{pair[0]}){pair[1]}"),
        ),
        max_leaves=6,
    )
)
def test_common_forms_always_have_a_value(pattern: str) -> None:
    assert specimens(regex(pattern))


def test_a_request_meets_all_conditions_of_a_match() -> None:
    match = Match(
        uri=regex("/item/[0-9]+"),
        method=regex("PUT|POST"),
        headers=(("x-env", StringMatch("prefix", "dev")), ("x-id", StringMatch("present"))),
        without_headers=(("x-off", StringMatch("present")),),
        query_params=(("beta", StringMatch("exact", "1")),),
    )

    assert next(requests_for(match, "*.example.com")) == Request(
        "laneway.example.com",
        "/item/0?beta=1",
        "POST",
        headers=(("x-env", "dev"), ("x-id", "laneway")),
    )


def test_a_request_asks_for_the_authority_a_match_asks_for() -> None:
    match = Match(authority=StringMatch("prefix", "shop."))

    assert {request.host for request in requests_for(match, "*")} == {"shop.laneway"}


@pytest.mark.parametrize(
    "match",
    [
        Match(scheme=StringMatch("exact", "https")),
        Match(uri=StringMatch("exact", "no-slash")),
        Match(uri=StringMatch("exact", "/a b")),
        Match(uri=StringMatch("exact", "/a/../b")),
        Match(method=StringMatch("exact", "get")),
        Match(authority=StringMatch("exact", "a b")),
        Match(headers=((":path", StringMatch("exact", "/")),)),
        Match(headers=(("@request.auth.claims.sub", StringMatch("exact", "x")),)),
        Match(headers=(("host", StringMatch("exact", "x")),)),
        Match(headers=(("x-a", StringMatch("exact", "line\nbreak")),)),
        Match(query_params=(("a&b", StringMatch("exact", "1")),)),
        Match(query_params=(("a", StringMatch("exact", "&")),)),
        Match(without_headers=(("x-a", regex(".*")),)),
    ],
)
def test_what_no_client_can_send_is_not_made_up(match: Match) -> None:
    assert list(requests_for(match, "*")) == []


def test_a_header_has_a_value_where_it_may_have_none() -> None:
    match = Match(headers=(("x-any", regex(".*")),))

    assert next(requests_for(match, "*")).headers == (("x-any", "a"),)


@given(
    st.builds(
        Match,
        uri=st.none() | st.sampled_from([regex("/[ab]+"), StringMatch("prefix", "/")]),
        headers=st.lists(
            st.tuples(st.sampled_from(["x-a", "x-b"]), st.sampled_from([regex("v.*")])),
            unique_by=lambda pair: pair[0],
        ).map(tuple),
    )
)
def test_every_request_meets_its_match(match: Match) -> None:
    found = list(requests_for(match, "*"))

    assert found
    assert [request for request in found if unmet(match, request)] == []
