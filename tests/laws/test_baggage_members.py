"""Baggage is read member by member: of a name the last counts, and nothing else names a lane.

Blanks around names and values, properties behind a value, also those that an SDK has folded into
it, and members of others make no difference.
https://www.w3.org/TR/baggage/#header-content
"""

from __future__ import annotations

import re2
from hypothesis import given
from hypothesis import strategies as st

from laneway.core.mesh.names import LaneName
from laneway.core.mesh.propagation import Propagation
from laneway.core.resources.read_matching import LONGEST_REGEX, regex_problem
from laneway.core.routing.ask.request import Request, unmet
from laneway.core.routing.plan.members import Members
from laneway.core.routing.plan.stamps import conditions, stamps

KEY = "x-asm-prefer-tag"
BAGGAGE = Propagation("baggage", KEY, "baggage")
MEMBERS = Members("baggage", KEY)
LANES = ("s1", "s2", "s11", "s-1")

blanks = st.sampled_from(("", " ", "\t", "  "))
keys = st.sampled_from(
    (KEY, KEY, KEY, "userId", f"{KEY}s", f"y-{KEY}", KEY[:-1], KEY.upper(), "x.asm.prefer.tag", "")
)
values = st.sampled_from((*LANES, "", "s3", "S1", "DF%2028", f"{KEY}:s1", "é"))
properties = st.sampled_from(
    (
        *("", "", "", ";p", ";p=1;q", f"; {KEY}=s2", f";{KEY} = s1 ", ";p%3Bq"),
        *("%3Bttl%3D1", "+%3B+ttl%3D1", "%2B%3Bp", "%20%3bp;q", f"%3B{KEY}=s2"),
    )
)


@st.composite
def members(draw: st.DrawFn) -> tuple[str, str, str]:
    """Draw a member: its name, its value, and how it is written."""
    key, value = draw(keys), draw(values)
    around = [draw(blanks) for _ in range(4)]
    written = f"{around[0]}{key}{around[1]}={around[2]}{value}{around[3]}{draw(properties)}"
    return key, value, written


names = st.text("abx-_.*+^$|!#%&'`~0", min_size=1, max_size=6)


def lanes_met(line: str) -> set[str]:
    """Return the lanes whose routes a line meets."""
    request = Request(headers=(("baggage", line),))
    signs = {lane: conditions(BAGGAGE, LaneName(lane))[0][1] for lane in LANES}
    return {
        lane
        for lane, matches in signs.items()
        if any(unmet(match, request) is None for match in matches)
    }


@given(st.lists(members(), max_size=4), st.sampled_from((",", ",,", " ,", ",a,", ",=,")))
def test_a_line_names_the_lane_of_its_last_member_of_the_name(
    drawn: list[tuple[str, str, str]], between: str
) -> None:
    told = [value for key, value, _ in drawn if key == KEY]

    met = lanes_met(between.join(written for _, _, written in drawn))

    assert met == set(told[-1:]) & set(LANES)


@given(st.lists(members(), max_size=4))
def test_a_line_is_read_as_routes_match_it(drawn: list[tuple[str, str, str]]) -> None:
    line = ",".join(written for _, _, written in drawn)

    assert lanes_met(line) == {MEMBERS.named(line)} & set(LANES)
    is_twice = re2.fullmatch(MEMBERS.twice, line) is not None
    assert is_twice == (sum(key == KEY for key, _, _ in drawn) > 1)


@given(names, st.text("abx-_.*+^$|!#%&'`~0=,;s2%3B \t", max_size=24))
def test_any_name_of_a_header_is_read_as_routes_match_it(key: str, line: str) -> None:
    of_key = Members("baggage", key)
    (written,) = of_key.that_istio_takes(["s2"])

    assert (re2.fullmatch(written, line) is not None) == (of_key.named(line) == "s2")


@given(st.lists(members(), min_size=1, max_size=4))
def test_a_line_keeps_its_members_only_if_none_names_a_lane(
    drawn: list[tuple[str, str, str]],
) -> None:
    request = Request(headers=(("baggage", ",".join(written for _, _, written in drawn)),))

    first = next(one for one in stamps(BAGGAGE) if unmet(one.only, request) is None)

    foreign = all(key != KEY for key, _, _ in drawn)
    assert first.written == ("{member},%REQ(baggage)%" if foreign else "{member}")


def test_however_many_lanes_and_letters_there_are_istio_takes_the_expressions() -> None:
    many = [f"lane-of-team-{number}" for number in range(120)]
    for key in (KEY, "x" * 64, "y" * 256):
        written = Members("baggage", key).that_istio_takes(many)
        assert [one for one in written if regex_problem(one)] == []
        assert all(len(one) <= LONGEST_REGEX for one in written)
        for lane in many:
            line = f"a=1,{key}={lane}%3Bp,b=2"
            assert sum(re2.fullmatch(one, line) is not None for one in written) == 1


def test_of_a_name_beyond_all_use_any_member_counts() -> None:
    key = "y" * 100
    (written,) = Members("baggage", key).that_istio_takes(["s2"])

    assert re2.fullmatch(written, f"{key}=s2,{key}=s3") is not None


@given(st.lists(members(), max_size=4), st.sampled_from(LANES))
def test_a_lane_is_written_first_and_without_properties(
    drawn: list[tuple[str, str, str]], lane: str
) -> None:
    lines = (("baggage", ",".join(written for _, _, written in drawn)),) if drawn else ()
    request = Request(headers=lines)
    stamp = next(one for one in stamps(BAGGAGE) if unmet(one.only, request) is None)

    (line,) = request.edited(stamp.edits(LaneName(lane)).request).values("baggage")

    assert line.partition(",")[0] == f"{KEY}={lane}"
    assert MEMBERS.named(line) == lane
