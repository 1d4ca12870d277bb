"""Where a trace goes on and the lane in baggage does not, the trace's id stands in for it."""

import random
from collections.abc import Iterator

import pytest

from tests.wasm.filtered import BASE, LANE, Filtered, Header, filtered

pytestmark = pytest.mark.envoy

DRAWN = random.Random(4)  # noqa: S311 - the same ids in every run
L = f"{LANE}=s2"


@pytest.fixture(scope="module")
def envoy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filtered]:
    common: dict[str, str | int] = {"group": "shop", "routeHeader": LANE, "linger": 3600}
    common |= {"traceHeader": "traceparent", "members": LANE}
    tidying: dict[str, str | int] = {"role": "baggage", "members": LANE}
    listeners = {
        "in": [tidying, common | {"role": "inbound"}],
        "out": [tidying, common | {"role": "outbound"}],
    }
    with filtered(tmp_path_factory.mktemp("envoy"), listeners) as running:
        yield running


def trace() -> Header:
    return ("traceparent", f"00-{DRAWN.getrandbits(128):032x}-00f067aa0ba902b7-01")


@pytest.mark.parametrize(
    ("came", "goes", "left"),
    [
        # aiohttp 3.14.5 with opentelemetry-instrumentation-aiohttp-server 0.66b1 drops the lane
        ([("baggage", f"tenant=a,{L}")], [], L),
        ([("baggage", f"{L};ttl=1")], [("baggage", "tenant=a")], f"{L},tenant=a"),
        ([(LANE, "s2")], [], L),
        ([("baggage", L), (LANE, "s1")], [], L),
        ([("baggage", L)], [("baggage", "")], L),
    ],
)
def test_a_lane_that_was_dropped_is_given_back_to_header_and_baggage(
    envoy: Filtered, came: list[Header], goes: list[Header], left: str
) -> None:
    same = trace()
    envoy.send("in", same, *came)
    seen = envoy.send("out", same, *goes)
    assert (seen.route, seen.headers[LANE], seen.headers["baggage"]) == ("s2", "s2", left)


def test_a_lane_that_a_program_sends_stays_and_one_that_never_was_is_none(envoy: Filtered) -> None:
    same = trace()
    envoy.send("in", same, ("baggage", L))
    sent = envoy.send("out", same, ("baggage", f"{LANE}=s3"))
    assert (sent.headers["baggage"], LANE in sent.headers) == (f"{LANE}=s3", False)
    assert envoy.send("out", same, (LANE, "s3")).route == "s3"
    none = envoy.send("out", trace())
    assert (none.route, "baggage" in none.headers) == (BASE, False)
