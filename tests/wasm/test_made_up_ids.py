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
    listeners = {header: [{"role": "entry", "traceHeader": header}] for header in SHAPES}
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
