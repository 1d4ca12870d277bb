"""What real programs sent on, replayed through the filter: the lane at the next hop, or its loss.

The rows, with the packages that were run, stand in `tests/recorded/headers.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from laneway.core.routing.ask.baggage_lines import MOST_BYTES, MOST_MEMBERS
from tests.recorded.rows import KEY, SHORT_TRACE, TRACE, Lines, Recorded, recorded
from tests.wasm.filtered import BASE, Filtered, filtered

pytestmark = pytest.mark.envoy

HTTP = [one for one in recorded() if one.over == "http"]
# other names of lanes are spelled in many ways, and `laneway check` says so
SAFE = re.compile(r"[A-Za-z0-9._~-]+")
CARRYING = [one for one in HTTP if one.by == "baggage" and SAFE.fullmatch(one.lane or "none")]
TRACED = [one for one in HTTP if one.trace != "none"]
OWN = ("traceparent", "b3", "x-datadog-trace-id", "sw8")


@pytest.fixture(scope="module")
def envoy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filtered]:
    listeners: dict[str, list[dict[str, str | int]]] = {
        "pod": [{"role": "baggage", "members": KEY}]
    }
    for own in OWN:
        for role in ("inbound", "outbound"):
            listeners[f"{role}-{own}"] = [
                {"role": role, "group": own, "traceHeader": own, "routeHeader": KEY, "linger": 3600}
            ]
    with filtered(tmp_path_factory.mktemp("envoy"), listeners) as running:
        yield running


def test_baggage_of_every_row_has_the_lane_first_and_alone(envoy: Filtered) -> None:
    wrong = []
    for one in CARRYING:
        line = envoy.send("pod", *one.left).headers.get("baggage", "")
        members = line.split(",")
        named = [member for member in members if member.split("=")[0] == KEY]
        expected = [f"{KEY}={one.lane}"] if one.lane else []
        if named != expected or (named and members[0] != named[0]):
            wrong.append((one.name, one.left, line))
        assert len(line) <= MOST_BYTES
        assert len(members) <= MOST_MEMBERS

    assert wrong == []
    assert len(CARRYING) > 450


OTHERWISE = re.compile(f"{TRACE.upper()}|{TRACE[:16]}\\b|{int(TRACE[16:], 16)}")
"""The same trace as some rows spell it."""


def of_its_own(one: Recorded, number: int) -> tuple[Lines, Lines]:
    """Return lines with ids of one row alone where all spell it alike, so that no other is met."""
    if any(OTHERWISE.search(value) for _, value in (*one.came, *one.left)):
        return one.came, one.left

    def spelled(lines: Lines) -> Lines:
        ids = {TRACE: f"{number:032x}", SHORT_TRACE: f"{number:016x}"}
        found = []
        for name, written in lines:
            value = written
            for old, new in ids.items():
                value = value.replace(old, new)
            found.append((name, value))
        return tuple(found)

    return spelled(one.came), spelled(one.left)


@pytest.mark.parametrize("own", OWN)
def test_a_row_that_kept_the_trace_keeps_the_lane_and_no_other_does(
    envoy: Filtered, own: str
) -> None:
    wrong = []
    for number, one in enumerate(TRACED):
        if (own == "sw8") != (one.row == "B4"):
            continue  # no program spells an id of SkyWalking's in another way
        came, left = of_its_own(one, (number + 1) << 8 | 0xF)
        without = [line for line in left if line[0].lower() != KEY]
        envoy.send(f"inbound-{own}", *came, (KEY, "s2"))
        if envoy.send(f"outbound-{own}", *without).route != expected(one):
            wrong.append((one.name, came, left))

    assert wrong == []


def expected(one: Recorded) -> str:
    # no program reads flags of three digits, and the filter knows whose they are all the same
    is_known = one.trace == "kept" or (one.row, one.what, one.program) == ("B1", "flags ff", "js")
    return "s2" if is_known else BASE
