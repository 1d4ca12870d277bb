"""Baggage in order: what routes and programs see of any line, whatever SDKs and people wrote.

A program takes a member's value up to `;`, decodes it by percent, and of a doubled name the last:
that is how five SDKs read it, so that is the lane the line names.
"""

from __future__ import annotations

from urllib.parse import unquote

import re2
from hypothesis import given
from hypothesis import strategies as st

from laneway.core.mesh.names import LaneName
from laneway.core.mesh.propagation import Propagation
from laneway.core.routing.ask.baggage_lines import (
    MOST_BYTES,
    MOST_MEMBERS,
    in_order,
    out_of_order,
)
from laneway.core.routing.ask.request import Request, unmet
from laneway.core.routing.plan.stamps import conditions

KEY = "x-asm-prefer-tag"
BAGGAGE = Propagation("baggage", KEY, "baggage", tidies=True)

blanks = st.sampled_from(("", "", "", " ", "\t"))
keys = st.sampled_from((KEY, KEY, "a", f"{KEY}s", KEY.upper(), "", "bad key", "é"))
FOLDED = ("s2%3Bttl%3D1", "s2%3bp", "%73%32", "s2%20")
values = st.sampled_from(("s2", "s2", "s1", *FOLDED, "s+2", "", "x" * 70, "a=b", "a b"))
properties = st.sampled_from(("", "", ";p", "; p=1 ;q", ";"))


@st.composite
def members(draw: st.DrawFn) -> str:
    if draw(st.integers(0, 9)) == 0:
        return draw(st.sampled_from(("", " ", "a", ";", "=", ",", "a;b=1")))
    key, value = draw(keys), draw(values)
    around = [draw(blanks) for _ in range(4)]
    return f"{around[0]}{key}{around[1]}={around[2]}{value}{draw(properties)}{around[3]}"


lines = st.lists(st.lists(members(), max_size=5).map(",".join), max_size=3)


def ordered(written: list[str]) -> list[str]:
    request = Request(headers=tuple(("Baggage", line) for line in written))
    return in_order(request, (KEY,)).values("baggage")


def lane_of(written: list[str]) -> str:
    """Return the lane a program reads, with what some of them fold into a value taken off."""
    found = ""
    for part in ",".join(written).split(","):
        name, _, value = part.partition(";")[0].partition("=")
        if name.strip(" \t") == KEY:
            found = unquote(value.strip(" \t")).partition(";")[0].strip(" \t+")
    return found if len(found) <= 63 else ""


@given(lines)
def test_the_lane_a_program_would_read_stands_first_and_alone(written: list[str]) -> None:
    lane = lane_of(written)
    found = ordered(written)
    named = [part for line in found for part in line.split(",") if part.startswith(f"{KEY}=")]

    assert len(found) <= 1
    assert [unquote(one) for one in named] == ([f"{KEY}={lane}"] if lane else [])
    assert not lane or found[0].startswith(f"{KEY}=")


@given(lines)
def test_routes_read_the_lane_that_a_program_reads(written: list[str]) -> None:
    request = Request(headers=tuple(("baggage", line) for line in ordered(written)))
    met = [
        lane
        for lane in ("s1", "s2")
        if any(unmet(match, request) is None for match in conditions(BAGGAGE, LaneName(lane))[0][1])
    ]
    assert met == [lane for lane in ("s1", "s2") if lane == lane_of(written)]


@given(lines)
def test_members_of_others_stay_as_they_are_and_in_their_order(written: list[str]) -> None:
    parts = [part.strip(" \t") for part in ",".join(written).split(",")]
    others = [part for part in parts if part.split("=")[0].split(";")[0].strip(" \t") == "a"]
    whole = [one for one in others if one.partition(";")[0].partition("=")[2].strip(" \t")]
    kept = [part for line in ordered(written) for part in line.split(",")]
    assert [part for part in kept if part.split("=")[0].strip(" \t") == "a"] == whole


@given(lines)
def test_what_is_in_order_stays_as_it_is(written: list[str]) -> None:
    once = ordered(written)
    assert ordered(once) == once


@given(st.lists(members(), min_size=1, max_size=5).map(",".join))
def test_the_regex_of_what_is_out_of_order_knows_it(line: str) -> None:
    changed = ordered([line]) != [line]
    # values that are too long are changed as well, and no proof asks for them
    if "x" * 64 not in line:
        assert (re2.fullmatch(out_of_order(KEY), line) is not None) == changed


@given(lines)
def test_of_several_lanes_any_may_be_the_first(written: list[str]) -> None:
    request = Request(headers=(("baggage", ",".join(["x-other=s1", *ordered(written)])),))
    [line] = request.values("baggage")
    forms = [out_of_order(name, alone=False) for name in (KEY, "x-other")]
    assert in_order(request, (KEY, "x-other")) == request
    assert not any(re2.fullmatch(form, line) for form in forms)


@given(st.integers(0, 200), st.integers(1, 300), st.integers(0, 200))
def test_beyond_what_programs_take_the_lane_stays(count: int, size: int, place: int) -> None:
    others = [f"k{number}={'v' * size}" for number in range(count)]
    [line] = ordered([",".join((*others[:place], f"{KEY}=s2", *others[place:]))])
    kept = line.split(",")

    assert kept == [f"{KEY}=s2", *others[: len(kept) - 1]]
    assert len(kept) <= MOST_MEMBERS
    assert len(line) <= MOST_BYTES
    if len(kept) < min(count + 1, MOST_MEMBERS):
        assert len(line) + len(others[len(kept) - 1]) + 1 > MOST_BYTES
