"""What is said of two matches holds for every request that could tell them apart."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laneway.core.resources.matching import Match, MatchKind, StringMatch
from laneway.core.resources.meta import Ref
from laneway.core.routing.ask.request import Request, unmet
from laneway.core.routing.plan.route_plan import Origin, Refuse, Rule
from laneway.core.rules.questions.cover import Earlier
from laneway.core.rules.questions.matches import covers, disjoint
from laneway.core.rules.questions.overlap import may_share, overlapping

PATHS = ("/", "/a", "/A", "/a/b", "/ab", "/c")
VALUES = ("", "a", "ab", "b")
METHODS = ("GET", "POST")

kinds = st.sampled_from(["exact", "prefix", "regex", "present"])


def conditions(values: tuple[str, ...]) -> st.SearchStrategy[StringMatch]:
    def build(kind: MatchKind, value: str, regex: str) -> StringMatch:
        if kind == "present":
            return StringMatch("present")
        return StringMatch(kind, regex if kind == "regex" else value)

    regexes = st.sampled_from(["/a.*", "a|b", ".*", "/[ac]", "a*"])
    return st.builds(build, kinds, st.sampled_from(values), regexes)


headers = st.dictionaries(st.sampled_from(["x-a", "x-b"]), conditions(VALUES), max_size=2).map(
    lambda asked: tuple(sorted(asked.items()))
)
matches = st.builds(
    Match,
    uri=st.none() | conditions(PATHS),
    ignore_uri_case=st.booleans(),
    method=st.none() | conditions(METHODS),
    headers=headers,
    without_headers=headers,
)
REQUESTS = [
    Request(path=path, method=method, headers=sent)
    for path, method, sent in product(
        PATHS,
        METHODS,
        [
            (),
            *((("x-a", value),) for value in VALUES),
            *((("x-b", value),) for value in VALUES),
            (("x-a", "a"), ("x-b", "b")),
        ],
    )
]


def meeting(match: Match) -> set[int]:
    return {number for number, asked in enumerate(REQUESTS) if unmet(match, asked) is None}


def a_rule(number: int, *asked: Match) -> Rule:
    return Rule(str(number), asked, Refuse(404), Origin(Ref("Test", "", str(number))))


@given(matches, matches)
def test_what_covers_a_match_is_met_by_all_its_requests(wide: Match, narrow: Match) -> None:
    if covers(wide, narrow):
        assert meeting(narrow) <= meeting(wide)


@given(matches, matches)
def test_disjoint_matches_share_no_request(one: Match, other: Match) -> None:
    if disjoint(one, other):
        assert not meeting(one) & meeting(other)


@given(matches)
def test_every_match_covers_itself_and_is_covered_by_any_request(match: Match) -> None:
    assert covers(match, match)
    assert covers(Match(), match)


@given(st.lists(matches, max_size=6))
def test_looking_up_finds_what_comparing_every_pair_finds(asked: list[Match]) -> None:
    rules = [a_rule(number, match) for number, match in enumerate(asked)]
    earlier = Earlier()

    for number, rule in enumerate(rules):
        by_hand = any(covers(before, asked[number]) for before in asked[:number])
        assert bool(earlier.takers(rule)) == by_hand
        earlier.add(rule)


@given(st.lists(matches, max_size=6))
def test_overlapping_finds_the_first_earlier_rule_that_may_share(asked: list[Match]) -> None:
    rules = [a_rule(number, match) for number, match in enumerate(asked)]
    by_hand = [
        (next(first.name for first in rules[:number] if may_share(first, rule)), rule.name)
        for number, rule in enumerate(rules)
        if any(may_share(first, rule) for first in rules[:number])
    ]

    assert [(pair.first.name, pair.second.name) for pair in overlapping(rules)] == by_hand


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        (Match(port=80), Match(port=80), True),
        (Match(port=80), Match(), False),
        (Match(), Match(port=80), True),
        (
            Match(source_labels=(("a", "1"),)),
            Match(source_labels=(("a", "1"), ("b", "2"))),
            True,
        ),
        (Match(source_labels=(("a", "1"),)), Match(), False),
        (Match(source_namespace="x"), Match(source_namespace="y"), False),
        (Match(gateways=("mesh",), source_labels=(("a", "1"),)), Match(gateways=("mesh",)), True),
        (Match(gateways=("mesh",)), Match(), False),
        (Match(source_labels=(("a", "1"),)), Match(gateways=("mesh",)), False),
        (
            Match(query_params=(("q", StringMatch("prefix", "a")),)),
            Match(query_params=(("q", StringMatch("exact", "ab")),)),
            True,
        ),
        (
            Match(uri=StringMatch("prefix", "/A"), ignore_uri_case=True),
            Match(uri=StringMatch("exact", "/ab")),
            True,
        ),
        (
            Match(uri=StringMatch("prefix", "/a")),
            Match(uri=StringMatch("exact", "/a"), ignore_uri_case=True),
            False,
        ),
    ],
)
def test_ports_callers_and_case_are_compared(wide: Match, narrow: Match, expected: bool) -> None:  # noqa: FBT001
    assert covers(wide, narrow) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (Match(port=80), Match(port=81), True),
        (
            Match(uri=StringMatch("exact", "/A"), ignore_uri_case=True),
            Match(uri=StringMatch("exact", "/a")),
            False,
        ),
        (
            Match(uri=StringMatch("regex", "/item/[0-9]+")),
            Match(uri=StringMatch("prefix", "/api")),
            True,
        ),
        (
            Match(uri=StringMatch("regex", "(?<!a)b")),
            Match(uri=StringMatch("exact", "/api")),
            True,
        ),
    ],
)
def test_ports_and_expressions_tell_matches_apart(
    one: Match,
    other: Match,
    expected: bool,  # noqa: FBT001
) -> None:
    assert disjoint(one, other) is expected
    assert disjoint(other, one) is expected
