"""Baggage is read member by member: a lane is named by a member of its header's name, by no other.

Blanks around names and values, properties behind a value and members of others make no difference.
https://www.w3.org/TR/baggage/#header-content
"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from laneway.core.mesh.names import LaneName
from laneway.core.mesh.propagation import Propagation
from laneway.core.routing.ask.request import Request, unmet
from laneway.core.routing.plan.stamps import conditions, stamps

KEY = "x-asm-prefer-tag"
BAGGAGE = Propagation("baggage", KEY, "baggage")
LANES = ("s1", "s2", "s11", "s-1")

blanks = st.sampled_from(("", " ", "\t", "  "))
keys = st.sampled_from((KEY, KEY, "userId", f"{KEY}s", f"y-{KEY}", KEY.upper(), "x.asm.prefer.tag"))
values = st.sampled_from((*LANES, "", "s3", "S1", "DF%2028", f"{KEY}:s1"))
properties = st.sampled_from(("", ";p", ";p=1;q", f"; {KEY}=s2", f";{KEY} = s1 "))


@st.composite
def members(draw: st.DrawFn) -> tuple[str, str, str]:
    """Draw a member: its name, its value, and how it is written."""
    key, value = draw(keys), draw(values)
    around = [draw(blanks) for _ in range(4)]
    written = f"{around[0]}{key}{around[1]}={around[2]}{value}{around[3]}{draw(properties)}"
    return key, value, written


@given(st.lists(members(), max_size=4))
def test_a_line_names_the_lanes_of_its_members_alone(drawn: list[tuple[str, str, str]]) -> None:
    request = Request(headers=(("baggage", ",".join(written for _, _, written in drawn)),))

    named = {
        lane for lane in LANES if unmet(conditions(BAGGAGE, LaneName(lane))[0][1], request) is None
    }

    assert named == {value for key, value, _ in drawn if key == KEY and value in LANES}


@given(st.lists(members(), min_size=1, max_size=4))
def test_a_line_keeps_its_members_only_if_none_names_a_lane(
    drawn: list[tuple[str, str, str]],
) -> None:
    request = Request(headers=(("baggage", ",".join(written for _, _, written in drawn)),))

    first = next(one for one in stamps(BAGGAGE) if unmet(one.only, request) is None)

    foreign = all(key != KEY for key, _, _ in drawn)
    assert first.baggage == ("{member},%REQ(baggage)%" if foreign else "{member}")
