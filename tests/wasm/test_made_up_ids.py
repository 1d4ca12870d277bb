"""Clients that send no trace id get one at the entry."""

import re
from collections.abc import Iterator

import pytest

from tests.wasm.filtered import Filtered, filtered

pytestmark = pytest.mark.envoy

UUID = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
SHAPES = {
    "traceparent": "00-[0-9a-f]{32}-[0-9a-f]{16}-01",
    "my-trace-id": UUID,
    "b3": "[0-9a-f]{32}-[0-9a-f]{16}",
    "x-b3-traceid": "[0-9a-f]{32}",
    "uber-trace-id": "[0-9a-f]{32}:[0-9a-f]{16}:0:1",
    "x-cloud-trace-context": "[0-9a-f]{32}/1",
    "x-amzn-trace-id": "Root=1-[0-9a-f]{8}-[0-9a-f]{24}",
}


@pytest.fixture(scope="module")
def envoy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filtered]:
    listeners: dict[str, list[dict[str, str | int]]]
    listeners = {header: [{"role": "entry", "traceHeader": header}] for header in SHAPES}
    for name, header in (("w3c", "traceparent"), ("amazon", "x-amzn-trace-id")):
        for part in (0, 3_000, 10_000):
            settings = {"role": "entry", "traceHeader": header, "sampled": part}
            listeners[f"{name}-{part}"] = [settings]
    with filtered(tmp_path_factory.mktemp("envoy"), listeners) as running:
        yield running


@pytest.mark.parametrize("header", SHAPES)
def test_request_without_an_id_gets_a_new_one_of_its_kind(envoy: Filtered, header: str) -> None:
    made = {envoy.send(header).headers[header] for _ in range(20)}
    assert len(made) == 20
    assert all(re.fullmatch(SHAPES[header], one) for one in made), made


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"),
        ("my-trace-id", "x0001"),
        ("b3", "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0"),
    ],
)
def test_id_of_a_client_is_kept(envoy: Filtered, header: str, value: str) -> None:
    assert envoy.send(header, (header, value)).headers[header] == value


@pytest.mark.parametrize("value", ["", "nonsense", f"00-{'0' * 32}-00f067aa0ba902b7-00"])
def test_traceparent_that_names_no_trace_is_replaced(envoy: Filtered, value: str) -> None:
    made = envoy.send("traceparent", ("traceparent", value)).headers["traceparent"]
    assert re.fullmatch(SHAPES["traceparent"], made)


def test_b3_of_several_headers_gets_a_span_beside_its_trace(envoy: Filtered) -> None:
    assert re.fullmatch("[0-9a-f]{16}", envoy.send("x-b3-traceid").headers["x-b3-spanid"])
    sent = (("x-b3-traceid", "4bf92f3577b34da6"), ("x-b3-spanid", "00f067aa0ba902b7"))
    assert dict(sent).items() <= envoy.send("x-b3-traceid", *sent).headers.items()


@pytest.mark.parametrize("decision", ["0", "1", "d"])
def test_a_decision_about_sampling_is_kept(envoy: Filtered, decision: str) -> None:
    made = envoy.send("b3", ("b3", decision)).headers["b3"]
    assert re.fullmatch(f"{SHAPES['b3']}-{decision}", made)


def asked(envoy: Filtered, sampled: int, *headers: tuple[str, str]) -> str:
    return envoy.send(f"amazon-{sampled}", *headers).headers["x-amzn-trace-id"]


ROOT = "Root=1-67891233-abcdef012345678912345678"


def test_a_lone_root_gets_a_parent_where_a_group_asks_for_it(envoy: Filtered) -> None:
    header, parent = "x-amzn-trace-id", "Parent=[0-9a-f]{16}"
    assert re.fullmatch(f"{ROOT};{parent};Sampled=1", asked(envoy, 10_000, (header, ROOT)))
    assert re.fullmatch(f"{ROOT};{parent};Sampled=0", asked(envoy, 0, (header, ROOT)))
    balanced = f"Self=1-2-3;{ROOT};Sampled=1"
    assert re.fullmatch(f"{balanced};{parent}", asked(envoy, 0, (header, balanced)))
    whole = f"{ROOT};Parent=00f067aa0ba902b7;Sampled=0"
    assert asked(envoy, 10_000, (header, whole)) == whole
    assert re.fullmatch(f"{SHAPES[header]};{parent};Sampled=1", asked(envoy, 10_000))
    assert envoy.send(header, (header, ROOT)).headers[header] == ROOT


@pytest.mark.parametrize(
    ("sampled", "low", "high"), [(0, 0, 0), (3_000, 60, 140), (10_000, 300, 300)]
)
def test_the_part_of_new_traces_that_was_asked_for_is_to_be_recorded(
    envoy: Filtered, sampled: int, low: int, high: int
) -> None:
    made = [envoy.send(f"w3c-{sampled}").headers["traceparent"] for _ in range(300)]
    assert low <= sum(one.endswith("-01") for one in made) <= high
    assert all(re.fullmatch(SHAPES["traceparent"][:-1] + "[01]", one) for one in made)


def test_a_clients_own_decision_stays(envoy: Filtered) -> None:
    sent = ("b3", "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0")
    assert envoy.send("w3c-10000", sent).headers["traceparent"].endswith("-00")
