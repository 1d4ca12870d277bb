"""A trace's lane, remembered where its request comes in and given back where it goes out."""

import contextlib
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.wasm.filtered import BASE, LANE, Filtered, filtered

pytestmark = pytest.mark.envoy

COMMON: dict[str, str | int] = {
    "workload": "mocka",
    "group": "shop",
    "routeHeader": LANE,
    "linger": 3600,
}


def pair(header: str, name: str = "", **more: str | int) -> dict[str, list[dict[str, str | int]]]:
    """Return the listeners of one workload; `held` comes in and never ends."""
    settings = COMMON | {"traceHeader": header} | more
    way_in = settings | {"role": "inbound"}
    return {
        f"in{name}": [way_in],
        f"held{name}": [way_in],
        f"out{name}": [settings | {"role": "outbound"}],
    }


HEADERS = (
    *("x-request-id", "traceparent", "b3", "x-b3-traceid", "uber-trace-id"),
    *("x-cloud-trace-context", "x-amzn-trace-id", "my-trace-id"),
)


@pytest.fixture(scope="module")
def envoy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filtered]:
    listeners: dict[str, list[dict[str, str | int]]] = {}
    for header in HEADERS:
        listeners |= pair(header, f"-{header}")
    listeners |= pair("x-request-id", "-other", workload="mockb")
    listeners |= pair("x-request-id", "-small", buckets=1)
    listeners |= pair("x-request-id", "-short", buckets=2, linger=0)
    with filtered(tmp_path_factory.mktemp("envoy"), listeners) as running:
        yield running


def fresh() -> tuple[str, str]:
    return ("x-request-id", str(uuid.uuid4()))


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("vm", ["lanes", ""])
def test_every_request_goes_out_in_the_lane_it_came_in(
    tmp_path: Path, workers: int, vm: str
) -> None:
    listeners = pair("x-request-id") | pair("traceparent", "-w3c")
    with filtered(tmp_path, listeners, workers=workers, vm=vm) as envoy:
        for number in range(100):
            lane = f"s{number % 3 + 1}"
            trace = uuid.uuid4()
            envoy.send_anew("in", ("x-request-id", str(trace)), (LANE, lane))
            envoy.send_anew("in-w3c", ("traceparent", f"00-{trace.hex}-{7:016x}-01"), (LANE, lane))
            plain = envoy.send_anew("out", ("x-request-id", str(trace)))
            assert (plain.route, plain.headers[LANE]) == (lane, lane)
            w3c = envoy.send_anew("out-w3c", ("traceparent", f"00-{trace.hex}-{8:016x}-00"))
            assert w3c.route == lane
        assert envoy.counted("restored") == 200
        assert envoy.counted("remembered") == 200
        assert envoy.counted("contended") == 0


TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN, NEXT = "00f067aa0ba902b7", "00f067aa0ba902b8"
UUID = "53c3eab2-7d1f-{}d2a-9d5c-cc8d4d8a0f{}"
AMAZON = "Root=1-67891233-abcdef012345678912345678"


@pytest.mark.parametrize(
    ("header", "came_in", "goes_out", "lane"),
    [
        # the reason Envoy writes into a UUID is no part of the id
        ("x-request-id", UUID.format("4", "4e"), UUID.format("9", "4e"), "s1"),
        ("x-request-id", UUID.format("4", "4f").upper(), UUID.format("4", "4f"), "s1"),
        ("x-request-id", UUID.format("4", "50"), UUID.format("4", "51"), BASE),
        ("x-request-id", "plain", "plain", "s1"),
        ("traceparent", f"00-{TRACE}-{SPAN}-01", f"00-{TRACE}-{NEXT}-00", "s1"),
        ("traceparent", f"00-1{TRACE[1:]}-{SPAN}-01", f"01-1{TRACE[1:]}-{NEXT}-01-x", "s1"),
        ("traceparent", f"00-2{TRACE[1:]}-{SPAN}-01", f"00-3{TRACE[1:]}-{SPAN}-01", BASE),
        ("traceparent", f"00-{'0' * 32}-{SPAN}-01", f"00-{'0' * 32}-{SPAN}-01", BASE),
        ("traceparent", f"ff-4{TRACE[1:]}-{SPAN}-01", f"ff-4{TRACE[1:]}-{SPAN}-01", BASE),
        ("traceparent", "00-xyz", "00-xyz", BASE),
        ("b3", f"{TRACE}-{SPAN}-1", f"{TRACE}-{NEXT}-1-{SPAN}", "s1"),
        ("b3", "0", "0", BASE),
        ("x-b3-traceid", TRACE[16:], "0" * 16 + TRACE[16:], "s1"),
        ("uber-trace-id", f"{TRACE}:1:0:1", f"{TRACE.upper()}:2:1:1", "s1"),
        ("uber-trace-id", f"00c{TRACE[3:]}%3A1%3A0%3A1", f"c{TRACE[3:]}:2:1:1", "s1"),
        ("x-cloud-trace-context", f"{TRACE}/1;o=1", f"{TRACE}/2", "s1"),
        ("x-amzn-trace-id", AMAZON, f"Self=1-2; {AMAZON};Parent=5", "s1"),
        ("x-amzn-trace-id", "Self=1-67891233-1", "Self=1-67891233-1", BASE),
        ("my-trace-id", "x0001", "x0001", "s1"),
        ("my-trace-id", "x0002", "X0002", BASE),
    ],
)
def test_the_key_is_the_trace_and_not_what_changes_from_hop_to_hop(
    envoy: Filtered, header: str, came_in: str, goes_out: str, lane: str
) -> None:
    envoy.send(f"in-{header}", (header, came_in), (LANE, "s1"))
    assert envoy.send(f"out-{header}", (header, goes_out)).route == lane


def test_header_sent_by_the_application_beats_what_is_remembered(envoy: Filtered) -> None:
    request = fresh()
    envoy.send("in-x-request-id", request, (LANE, "s1"))
    assert envoy.send("out-x-request-id", request, (LANE, "s2")).route == "s2"
    assert envoy.send("out-x-request-id", request, (LANE, "unknown")).route == BASE


def test_one_workload_does_not_know_what_another_one_saw(envoy: Filtered) -> None:
    request = fresh()
    envoy.send("in-x-request-id", request, (LANE, "s1"))
    assert envoy.send("out-other", request).route == BASE


def test_long_names_and_long_ids_are_kept_apart(tmp_path: Path) -> None:
    names = {"workload": "w" * 400, "group": "g" * 400}
    ids = [f"{number:0256}" for number in range(10)]
    with filtered(tmp_path, pair("my-trace-id", **names)) as envoy:
        for number, one in enumerate(ids):
            envoy.send("in", ("my-trace-id", one), (LANE, f"s{number % 3 + 1}"))
        found = [envoy.send("out", ("my-trace-id", one)).route for one in ids]
    assert found == [f"s{number % 3 + 1}" for number in range(10)]


def test_id_of_two_lanes_gives_neither_and_is_counted(envoy: Filtered) -> None:
    request, before = fresh(), envoy.counted("ambiguous")
    with envoy.running("held-x-request-id", request, (LANE, "s1")):
        envoy.send("in-x-request-id", request, (LANE, "s2"))
        for _ in range(3):
            seen = envoy.send("out-x-request-id", request)
            assert (seen.route, LANE in seen.headers) == (BASE, False)
    assert envoy.counted("ambiguous") == before + 3


def test_id_met_again_after_its_time_is_a_new_one(envoy: Filtered) -> None:
    request = fresh()
    with envoy.running("held-short", request, (LANE, "s1")):
        assert envoy.send("out-short", request).route == "s1"
    assert envoy.send("out-short", request).route == BASE
    with envoy.running("held-short", request, (LANE, "s2")):
        assert envoy.send("out-short", request).route == "s2"


def test_a_request_is_remembered_while_any_request_of_its_trace_runs(envoy: Filtered) -> None:
    request = fresh()
    with envoy.running("held-short", request, (LANE, "s1")):
        envoy.send("in-short", request, (LANE, "s1"))
        assert envoy.send("out-short", request).route == "s1"


def test_new_request_without_a_lane_does_not_inherit_that_of_an_old_id(envoy: Filtered) -> None:
    request = fresh()
    envoy.send("in-x-request-id", request, (LANE, "s1"))
    envoy.send("in-x-request-id", request)
    assert envoy.send("out-x-request-id", request).route == BASE


def test_a_full_bucket_forgets_the_oldest_request_that_has_ended(envoy: Filtered) -> None:
    kept, before = fresh(), envoy.counted("evicted")
    with envoy.running("held-small", kept, (LANE, "s1")):
        ended = [fresh() for _ in range(30)]
        for request in ended:
            envoy.send("in-small", request, (LANE, "s2"))
        found = [envoy.send("out-small", request).route for request in ended]
        assert envoy.send("out-small", kept).route == "s1"
    assert found == [BASE] * 23 + ["s2"] * 7
    assert envoy.counted("evicted") == before


def test_a_request_that_runs_is_pushed_out_only_by_others_that_run_and_counted(
    tmp_path: Path,
) -> None:
    one = pair("x-request-id", buckets=1)
    listeners = {f"held{number}": one["held"] for number in range(9)} | {"out": one["out"]}
    requests = [fresh() for _ in range(9)]
    with filtered(tmp_path, listeners) as envoy, contextlib.ExitStack() as stack:
        for number, request in enumerate(requests):
            stack.enter_context(envoy.running(f"held{number}", request, (LANE, "s1")))
        found = [envoy.send("out", request).route for request in requests]
        assert found == [BASE] + ["s1"] * 8
        assert envoy.counted("evicted") == 1
        assert envoy.counted("unknown") == 1


@pytest.mark.parametrize(
    "hostile",
    [
        b"a" * 257,
        b"a" * 50_000,
        b"a" * 300_000,
        bytes(range(0x80, 0x100)),
        b"laneway|key",
        b'"},{"',
        b"%s%n%x",
        b"   ",
    ],
)
def test_hostile_ids_pass_and_harm_nobody(envoy: Filtered, hostile: bytes) -> None:
    request = fresh()
    envoy.send("in-x-request-id", request, (LANE, "s1"))
    for header in HEADERS:
        for place in ("in", "out"):
            assert envoy.send(f"{place}-{header}", (header, hostile), (LANE, "s2")).status == 200
        assert envoy.send(f"out-{header}", (header, hostile)).route in {BASE, "s2"}
    assert envoy.send("out-x-request-id", request).route == "s1"


def test_hostile_lanes_are_not_remembered(envoy: Filtered) -> None:
    request = fresh()
    envoy.send("in-x-request-id", request, (LANE, "s" * 64))
    assert envoy.send("out-x-request-id", request).route == BASE
    envoy.send("in-x-request-id", request, (LANE, "s" * 63))
    assert envoy.send("out-x-request-id", request).headers[LANE] == "s" * 63
