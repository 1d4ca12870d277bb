"""One trace in many spellings: a lane is found again whichever a program takes and sends.

What programs send was recorded from real ones; the packages stand beside each row.
"""

import base64
import random
from collections.abc import Callable, Iterator, Sequence

import pytest

from tests.wasm.filtered import BASE, LANE, Filtered, Header, filtered

pytestmark = pytest.mark.envoy

DRAWN = random.Random(18)  # noqa: S311 - the same ids in every run
OWN = ("traceparent", "b3", "x-datadog-trace-id", "sw8", "x-request-id")
SPAN, NEXT = "00f067aa0ba902b7", "72485a3953bb6124"

Spelling = Callable[[int], list[Header]]


def in_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def traceparent(trace: int) -> list[Header]:
    return [("traceparent", f"00-{trace:032x}-{SPAN}-01")]


def datadog(trace: int) -> list[Header]:
    upper = [("x-datadog-tags", f"_dd.p.dm=-1,_dd.p.tid={trace >> 64:016x}")]
    return [("x-datadog-trace-id", str(trace % 2**64)), *(upper if trace >> 64 else [])]


SPELLINGS: dict[str, Spelling] = {
    "traceparent": traceparent,
    "traceparent of a later version": lambda trace: [
        ("traceparent", f"cc-{trace:032x}-{NEXT}-01-more")
    ],
    "b3": lambda trace: [("b3", f"{trace:032x}-{NEXT}-1-{SPAN}")],
    "b3 as short as it is": lambda trace: [("b3", f"{trace:016x}-{NEXT}-0")],
    "b3 of several headers": lambda trace: [
        ("x-b3-traceid", f"{trace:032x}"),
        ("x-b3-spanid", NEXT),
    ],
    "b3 in capitals": lambda trace: [("X-B3-TraceId", f"{trace:032X}"), ("X-B3-SpanId", NEXT)],
    "jaeger": lambda trace: [("uber-trace-id", f"{trace:x}:{NEXT}:0:1")],
    "jaeger, encoded": lambda trace: [("uber-trace-id", f"{trace:032x}%3A{NEXT}%3a0%3A1")],
    "amazon": lambda trace: [
        (
            "X-Amzn-Trace-Id",
            f"Self=1-2-3;Root=1-{f'{trace:032x}'[:8]}-{f'{trace:032x}'[8:]};Parent={NEXT}",
        )
    ],
    "datadog": datadog,
    "google": lambda trace: [("x-cloud-trace-context", f"{trace:032x}/1;o=1")],
}


@pytest.fixture(scope="module")
def envoy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filtered]:
    listeners: dict[str, list[dict[str, str | int]]] = {}
    for own in OWN:
        common: dict[str, str | int]
        common = {"group": own, "routeHeader": LANE, "traceHeader": own, "linger": 3600}
        listeners[f"in-{own}"] = [common | {"role": "inbound"}]
        listeners[f"out-{own}"] = [common | {"role": "outbound"}]
        listeners[f"entry-{own}"] = [{"role": "entry", "traceHeader": own}]
    with filtered(tmp_path_factory.mktemp("envoy"), listeners) as running:
        yield running


def passes(envoy: Filtered, own: str, came: Sequence[Header], goes: Sequence[Header]) -> bool:
    """Whether the lane that came in under one spelling is given to the other."""
    envoy.send(f"in-{own}", *came, (LANE, "s2"))
    return envoy.send(f"out-{own}", *goes).route == "s2"


@pytest.mark.parametrize("bits", [128, 64, 20])
def test_any_spelling_that_comes_in_is_met_again_in_any_other(envoy: Filtered, bits: int) -> None:
    lost = [
        (came, goes)
        for came, spelled in SPELLINGS.items()
        for goes, spelled_again in SPELLINGS.items()
        for trace in [DRAWN.getrandbits(bits) | 1]
        if not passes(envoy, "traceparent", spelled(trace), spelled_again(trace))
    ]
    assert lost == []


ID = "4bf92f3577b34da6a3ce929d0e0e4736"
SHORT = "463ac35c9f6413ad"


@pytest.mark.parametrize(
    ("own", "came", "goes"),
    [
        # opentelemetry 1.45.1 (Python), core 2.12.1 (Node), 1.68.0 (Java), 1.47.0 (Go)
        ("b3", [("b3", f"{SHORT}-{SPAN}-1")], [("b3", f"{'0' * 16}{SHORT}-{SPAN}-1")]),
        ("b3", [("b3", f"{SHORT}-{SPAN}-1")], [("x-b3-traceid", "0" * 16 + SHORT)]),
        ("b3", [("b3", f"{ID}-{SPAN}-1")], [("x-b3-traceid", ID), ("x-b3-spanid", SPAN)]),
        ("b3", [("uber-trace-id", f"8d2f4:{SPAN}:0:1")], [("b3", f"{'0' * 27}8d2f4-{SPAN}-1")]),
        # Spring Boot 3.5.16 and 4.1.2, with Brave and with OpenTelemetry
        (
            "b3",
            [("b3", f"{SHORT}-{SPAN}-1")],
            [("traceparent", f"00-{'0' * 16}{SHORT}-{NEXT}-01")],
        ),
        ("b3", [("b3", f"{SHORT}-{SPAN}-1")], [("b3", f"{SHORT}-{NEXT}-1-{SPAN}")]),
        # ddtrace 4.16.0, dd-trace 6.21.0
        (
            "traceparent",
            [("traceparent", f"00-{ID}-{SPAN}-01")],
            [
                ("x-datadog-trace-id", "11803532876627986230"),
                ("x-datadog-tags", "_dd.p.tid=4bf92f3577b34da6"),
            ],
        ),
        (
            "x-datadog-trace-id",
            [("x-datadog-trace-id", "1234567890123456789")],
            [("traceparent", f"00-0000000000000000112210f47de98115-{SPAN}-01")],
        ),
        # @opentelemetry/core 2.12.1 adds a zero to flags, elastic-apm 6.26.2 a second line
        (
            "traceparent",
            [("traceparent", f"00-{ID[:-1]}a-{SPAN}-ff")],
            [("traceparent", f"00-{ID[:-1]}a-{SPAN}-0ff")],
        ),
        (
            "traceparent",
            [("traceparent", f"00-{ID[:-1]}b-{SPAN}-01"), ("traceparent", f"00-{ID}-{NEXT}-01")],
            [("traceparent", f"00-{ID[:-1]}b-{NEXT}-01")],
        ),
        (
            "traceparent",
            [("traceparent", f"00-{ID[:-1]}c-{SPAN}-01")],
            [("traceparent", f"00-{ID[:-1]}c-{NEXT}-01,00-{ID}-{NEXT}-01")],
        ),
        # apache-skywalking 1.2.0, skywalking-backend-js 0.9.0, apm-agent 9.4.0
        (
            "sw8",
            [("sw8", f"0-{in_base64('a1.2.3')}-{in_base64('seg')}-3-c2hvcA==-aQ==-L2E=-Yjo4MA==")],
            [("sw8", f"1-{in_base64('a1.2.3')}-{in_base64('new')}-0-Y2FydA==-aQ==-L2I=-Yzo4MA==")],
        ),
        (
            "sw8",
            [("sw8", f"1-{in_base64('n' * 32)}-{in_base64('s' * 300)}-0-eA==-aQ==-L2E=-Yjo4MA==")],
            [("sw8", f"1-{in_base64('n' * 32).rstrip('=')}-x-0-x-x-x-x")],
        ),
    ],
)
def test_what_real_programs_make_of_an_id_is_the_same_trace(
    envoy: Filtered, own: str, came: list[Header], goes: list[Header]
) -> None:
    assert passes(envoy, own, came, goes)


@pytest.mark.parametrize(
    ("own", "came", "goes"),
    [
        # the same lower half, of which a program of 64 bits would know no more
        ("b3", [("b3", f"1{'0' * 15}{NEXT}-{SPAN}")], [("b3", f"{NEXT}-{SPAN}")]),
        ("b3", [("b3", f"2{'0' * 15}{NEXT}-{SPAN}")], [("b3", f"3{'0' * 15}{NEXT}-{SPAN}")]),
        ("x-datadog-trace-id", datadog(5 << 64 | 77), datadog(6 << 64 | 77)),
        ("x-datadog-trace-id", datadog(5 << 64 | 78), datadog(78)),
        ("x-datadog-trace-id", datadog(79), [("x-datadog-trace-id", str(2**64 + 79))]),
        # texts that look like numbers, and numbers that are too long
        ("sw8", [("sw8", f"1-{in_base64(ID)}-x")], [("traceparent", f"00-{ID}-{SPAN}-01")]),
        ("x-request-id", [("x-request-id", ID)], [("b3", f"{ID}-{SPAN}-1")]),
        ("b3", [("b3", f"1{ID}-{SPAN}-1")], [("b3", f"1{ID}-{SPAN}-1")]),
        ("b3", [("b3", f"{'0' * 32}-{SPAN}-1")], [("b3", f"{'0' * 32}-{SPAN}-1")]),
        ("sw8", [("sw8", "1-****-x")], [("sw8", "1-****-x")]),
        ("sw8", [("sw8", "1")], [("sw8", "1")]),
        ("traceparent", [("x-amzn-trace-id", f"Root={ID}")], [("x-amzn-trace-id", f"Root={ID}")]),
    ],
)
def test_traces_that_differ_never_meet(
    envoy: Filtered, own: str, came: list[Header], goes: list[Header]
) -> None:
    assert not passes(envoy, own, came, goes)


def trace() -> int:
    return DRAWN.getrandbits(128) | 1


def b3(number: int) -> list[Header]:
    return [("b3", f"{number:032x}-{SPAN}-1")]


def test_of_two_traces_in_one_request_the_groups_own_header_counts(envoy: Filtered) -> None:
    for own, mine, other in (("b3", b3, traceparent), ("traceparent", traceparent, b3)):
        one, two = trace(), trace()
        envoy.send(f"in-{own}", *other(two), *mine(one), (LANE, "s3"))
        assert envoy.send(f"out-{own}", *other(one)).route == "s3"
        assert envoy.send(f"out-{own}", *other(two)).route == BASE
        assert envoy.send(f"out-{own}", *mine(one), *other(two)).route == "s3"
        assert envoy.send(f"out-{own}", *mine(two), *other(one)).route == BASE


def test_a_request_id_of_envoys_own_never_hides_a_trace(envoy: Filtered) -> None:
    # Envoy gives each of these requests an id of its own, or keeps the one that came
    one, same = trace(), ("x-request-id", "53c3eab2-7d1f-4d2a-9d5c-cc8d4d8a0f11")
    envoy.send("in-traceparent", *b3(one), same, (LANE, "s3"))
    assert envoy.send("out-traceparent", *traceparent(one)).route == "s3"
    assert envoy.send("out-traceparent", same).route == BASE
    envoy.send("in-traceparent", same, (LANE, "s1"))
    assert envoy.send("out-traceparent", same).route == "s1"


def test_a_trace_that_came_in_another_spelling_goes_on_in_the_one_programs_read(
    envoy: Filtered,
) -> None:
    made = envoy.send("entry-traceparent", ("b3", f"{SHORT}-{SPAN}-0")).headers["traceparent"]
    assert made.startswith(f"00-{'0' * 16}{SHORT}-")
    assert made.endswith("-00")
    made = envoy.send("entry-b3", *traceparent(int(ID, 16))).headers["b3"]
    assert made.startswith(f"{ID}-")
    seen = envoy.send("entry-x-datadog-trace-id", *traceparent(int(ID, 16))).headers
    assert seen["x-datadog-trace-id"] == "11803532876627986230"
    assert seen["x-datadog-tags"] == "_dd.p.tid=4bf92f3577b34da6"


@pytest.mark.parametrize(
    "unread",
    [
        f"00-{ID.upper()}-{SPAN}-01",
        f"00-{ID}-{SPAN.upper()}-01",
        f"00-{ID}-{'0' * 16}-01",
        f"00-{ID}-{SPAN}-0ff",
    ],
)
def test_an_id_that_programs_do_not_read_is_spelled_anew(envoy: Filtered, unread: str) -> None:
    made = envoy.send("entry-traceparent", ("traceparent", unread)).headers["traceparent"]
    assert made.startswith(f"00-{ID}-")
    assert made.endswith("-01")
    assert made != unread


def test_programs_find_an_id_of_their_kind(envoy: Filtered) -> None:
    seen = envoy.send("entry-x-datadog-trace-id").headers
    assert 0 < int(seen["x-datadog-trace-id"]) < 2**64
    assert "x-datadog-tags" not in seen
    fields = envoy.send("entry-sw8").headers["sw8"].split("-")
    sampled, names, span = fields[0], [*fields[1:3], *fields[4:]], fields[3]
    assert (len(fields), sampled, span) == (8, "1", "0")
    assert all(base64.b64decode(one, validate=True) for one in names)
    assert passes(envoy, "sw8", [("sw8", "-".join(fields))], [("sw8", "-".join(fields))])
