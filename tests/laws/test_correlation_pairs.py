"""SkyWalking's correlation is read pair by pair: of a key the last names a lane, and nothing else.

`sent_on` reads and writes as the agents for Python, Go and Java do: pairs of base64 with a colon,
of one key the last. Java's keeps three, which is why a lane is written first.
https://skywalking.apache.org/docs/main/latest/en/api/x-process-correlation-headers-v1/
"""

from __future__ import annotations

from base64 import b64decode, b64encode

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
HEADER = "sw8-correlation"
WAY = Propagation("correlation", KEY, HEADER)
PAIRS = Members(HEADER, KEY)
LANES = ("s1", "s2", "s11", "s-1")
OF_JAVA = 3


def in_base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def sent_on(line: str, most: int = 99) -> str:
    """Return what an agent sends of a line: a dictionary, written out again."""
    kept: dict[str, str] = {}
    for pair in line.split(","):
        parts = pair.split(":")
        if len(kept) < most and len(parts) == 2:
            key, value = (b64decode(part).decode() for part in parts)
            kept[key] = value
    return ",".join(f"{in_base64(key)}:{in_base64(value)}" for key, value in kept.items())


keys = st.sampled_from((KEY, KEY, "a", f"{KEY}s", f"y-{KEY}", KEY[:-1], KEY.upper(), "key", ""))
values = st.sampled_from((*LANES, "", "s3", "S1", f"{KEY}:s1", "é", "a>b?"))
pairs = st.tuples(keys, values)
sound = st.lists(pairs, max_size=4).map(
    lambda drawn: ",".join(f"{in_base64(key)}:{in_base64(value)}" for key, value in drawn)
)
letters = st.text(f"{KEY},: \t=+/{in_base64(KEY)}", max_size=12)
own = st.sampled_from((in_base64(KEY), in_base64(KEY).rstrip("="), *map(in_base64, LANES), "czI"))
rough = st.lists(st.one_of(own, st.sampled_from((",", ":", " ", "=")), letters), max_size=9).map(
    "".join
)


def lanes_met(line: str) -> set[str]:
    """Return the lanes whose routes a line meets."""
    request = Request(headers=((HEADER, line),))
    signs = {lane: conditions(WAY, LaneName(lane))[0][1] for lane in LANES}
    return {
        lane
        for lane, matches in signs.items()
        if any(unmet(match, request) is None for match in matches)
    }


@given(sound)
def test_a_line_names_the_lane_that_an_agent_reads_in_it(line: str) -> None:
    read = dict(pair.split(":") for pair in sent_on(line).split(",") if pair)

    assert lanes_met(line) == {
        lane for lane in LANES if read.get(in_base64(KEY)) == in_base64(lane)
    }


@given(sound)
def test_what_an_agent_sends_on_names_the_same_lane(line: str) -> None:
    assert lanes_met(sent_on(line)) == lanes_met(line)


@given(rough)
def test_a_line_is_read_as_routes_match_it(line: str) -> None:
    assert lanes_met(line) == {PAIRS.named(line)} & set(LANES)
    assert (re2.fullmatch(PAIRS.any, line) is not None) == (PAIRS.named(line) is not None)


@given(sound, st.sampled_from(LANES))
def test_a_lane_is_written_so_that_every_agent_keeps_it(line: str, lane: str) -> None:
    request = Request(headers=((HEADER, line),))
    stamp = next(one for one in stamps(WAY) if unmet(one.only, request) is None)

    (written,) = request.edited(stamp.edits(LaneName(lane)).request).values(HEADER)

    assert written.partition(",")[0] == PAIRS.member(lane)
    assert lanes_met(written) == lanes_met(sent_on(written, OF_JAVA)) == {lane}
    if PAIRS.named(line) is None:
        assert written.partition(",")[2] == line


def test_however_many_lanes_there_are_istio_takes_the_expressions() -> None:
    many = [f"lane-of-team-{number}" for number in range(120)]
    for key in (KEY, "x" * 48, "y" * 256):
        members = Members(HEADER, key)
        written = members.that_istio_takes(many)
        assert [one for one in written if regex_problem(one)] == []
        assert all(len(one) <= LONGEST_REGEX for one in written)
        for lane in many:
            line = f"YQ==:MQ==,{members.member(lane)},Yg==:Mg=="
            assert sum(re2.fullmatch(one, line) is not None for one in written) == 1
