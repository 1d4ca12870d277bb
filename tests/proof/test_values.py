"""Texts that meet conditions: found where RE2 says there are any, and none where it says so."""

from __future__ import annotations

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from laneway.core.search.characters import UnreadableError
from laneway.core.search.expressions import expression
from laneway.core.search.language import Language
from laneway.core.search.values import (
    HOSTS,
    LINES,
    PATHS,
    Pattern,
    UndecidedError,
    Values,
    holds,
)

NONE: frozenset[Pattern] = frozenset()


def regex(written: str) -> frozenset[Pattern]:
    return frozenset([Pattern("regex", written)])


def prefix(written: str) -> frozenset[Pattern]:
    return frozenset([Pattern("prefix", written)])


PIECES = st.recursive(
    st.sampled_from(("a", "b", "0", ".", r"\.", "[ab]", "[^a]", r"\d", "[a-c0]", "/", r"\w", " ")),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda two: f"({two[0]}|{two[1]})"),
        inner.map(lambda one: f"({one})*"),
        inner.map(lambda one: f"(?:{one})+?"),
        inner.map(lambda one: f"({one})?"),
        inner.map(lambda one: f"(?i:{one})"),
        inner.map(lambda one: f"({one}){{1,2}}"),
    ),
    max_leaves=6,
)
TEXTS = st.text("aAbB01./ \t", max_size=5)


@given(PIECES, TEXTS)
def test_an_expression_holds_the_texts_that_re2_matches(written: str, text: str) -> None:
    language = Language()
    here = expression(language, written)
    for character in text:
        here = language.after(here, ord(character))

    assert here.ends == (re2.fullmatch(written, text) is not None)


@settings(max_examples=60)
@given(PIECES, PIECES, TEXTS)
def test_what_is_picked_meets_one_expression_and_misses_the_other(
    one: str, other: str, text: str
) -> None:
    found = Values().pick(LINES, regex(one), regex(other))
    witness = (
        re2.fullmatch(LINES.written, text)
        and re2.fullmatch(one, text)
        and not re2.fullmatch(other, text)
    )

    assert found is not None or not witness
    if found is not None:
        assert re2.fullmatch(one, found)
        assert not re2.fullmatch(other, found)


@pytest.mark.parametrize(
    ("met", "unmet", "found"),
    [
        (prefix("/api"), NONE, "/api"),
        (prefix("/api"), prefix("/ap"), None),
        (NONE, prefix("/"), None),
        (NONE, prefix("/a"), "/"),
        (prefix("/a"), regex("/a[a-z]?"), "/a0"),
        (regex("/item/[0-9]+"), prefix("/item/0"), "/item/1"),
        (regex("(/a)?"), regex("/.*"), None),
        (frozenset([Pattern("prefix, any case", "/API")]), prefix("/api"), "/apI"),
        (frozenset([Pattern("exact, any case", "/A")]), prefix("/a"), "/A"),
    ],
)
def test_the_shortest_path_that_does_it_is_picked(
    met: frozenset[Pattern], unmet: frozenset[Pattern], found: str | None
) -> None:
    assert Values().pick(PATHS, met, unmet) == found


def test_hosts_within_a_domain_and_not_within_a_narrower_one() -> None:
    inside = frozenset([Pattern("suffix", ".example.com")])
    outside = frozenset([Pattern("exact", "a.example.com"), Pattern("suffix", ".b.example.com")])

    found = Values().pick(HOSTS, inside, outside)

    assert found is not None
    assert all(holds(one, found) for one in inside)
    assert not any(holds(one, found) for one in outside)


@pytest.mark.parametrize(
    "written",
    [
        r"\bu1",
        r"a^b",
        r"\pL",
        r"\Qa\E",
        "(?m)a",
        "a{300}",
        "((a{90}){90}){90}",
        "[a-\\d]",
        "[[:no:]]",
        "(?i)é",
        "a{0}",
    ],
)
def test_what_is_not_read_is_named(written: str) -> None:
    with pytest.raises(UnreadableError):
        expression(Language(), written)
    with pytest.raises(UndecidedError, match=r"not reasoned about|RE2 refuses"):
        Values().pick(LINES, regex(written) | prefix("zz"), NONE)


SPELLINGS = (
    *("^a$", "^a|b$", "a{,2}", "a{x}", "[]a]", "[^]a]", r"\x41\x{42}", r"\t", r"[\t]", r"\."),
    *("[[:alpha:]]+", "[[:^digit:]]", r"[^\d]", r"\D", r"[a\-c]", "[a-]", r"[\D]", r"[\w.]"),
    *("(?i)[a-c]k?", "(?s).", "a??", "(?P<name>a)", "(?<name>a)", "(?i:A)b", "(?-i)a"),
    *("(?i)a(?-i)b", "a{2,}", "a{1,2}?", "a.b", "(?i)K"),
)
TOLD = (
    "a",
    "b",
    "",
    "]",
    "a{,2}",
    "a{x}",
    "AB",
    "c",
    "aa",
    "\t",
    "ab",
    "Ab",
    "\u212a",
    "bK",
    ".",
    "-",
)


@pytest.mark.parametrize("written", SPELLINGS)
def test_spellings_that_re2_allows_are_read_as_re2_reads_them(written: str) -> None:
    language = Language()

    for text in TOLD:
        here = expression(language, written)
        for character in text:
            here = language.after(here, ord(character))
        assert here.ends == (re2.fullmatch(written, text) is not None), text
