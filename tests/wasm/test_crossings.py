"""What a request costs, in calls between Envoy and the filter: no machine changes that.

Each text that Envoy hands over is a call back for memory, which takes longer than all other calls.
"""

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.wasm.filtered import LANE, Filtered, Header, filtered

pytestmark = pytest.mark.envoy

TRACED: dict[str, str | int] = {"routeHeader": LANE, "traceHeader": "x-request-id", "group": "shop"}
TAG: dict[str, str | int] = {"role": "tag", "header": "x", "tagHeader": LANE, "modulo": 100}
ID, IN_LANE = ("x-request-id", "one"), (LANE, "s1")
TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

ALWAYS = {"proxy_on_context_create": 1, "proxy_on_request_headers": 1, "proxy_on_delete": 1}
MEMORY, READ = "proxy_on_memory_allocate", "proxy_get_header_map_value"
LOAD, STORE = "proxy_get_shared_data", "proxy_set_shared_data"
TIME, COUNT = "proxy_get_current_time_nanoseconds", "proxy_increment_metric"
WRITE, REMOVE = "proxy_replace_header_map_value", "proxy_remove_header_map_value"


@pytest.fixture(scope="module")
def envoy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filtered]:
    listeners: dict[str, list[dict[str, str | int]]] = {
        "in": [TRACED | {"role": "inbound", "buckets": 1}],
        "out": [TRACED | {"role": "outbound", "buckets": 1}],
        "w3c": [TRACED | {"role": "outbound", "buckets": 1, "traceHeader": "traceparent"}],
        "entry": [{"role": "entry", "traceHeader": "traceparent"}],
        "tag": [TAG | {"partitions": "100=s1"}],
    }
    with filtered(tmp_path_factory.mktemp("envoy"), listeners, traced=True) as running:
        running.crossings("in", ID, IN_LANE)  # from now on there is something in memory
        yield running


@pytest.mark.parametrize(
    ("listener", "headers", "calls"),
    [
        ("in", [ID, IN_LANE], {READ: 2, LOAD: 2, STORE: 2, MEMORY: 4, TIME: 2, COUNT: 1}),
        ("in", [("x-request-id", "two")], {READ: 2, LOAD: 1, MEMORY: 2}),
        ("out", [ID], {READ: 2, LOAD: 1, MEMORY: 2, TIME: 1, COUNT: 1, WRITE: 1}),
        ("out", [ID, IN_LANE], {READ: 1, MEMORY: 1}),
        ("entry", [], {READ: 9, "random_get": 1, WRITE: 1}),  # eight more may carry the trace
        ("entry", [("traceparent", TRACEPARENT)], {READ: 1, MEMORY: 1}),
        ("w3c", [("traceparent", TRACEPARENT)], {READ: 2, LOAD: 1, MEMORY: 2, COUNT: 1}),
        ("tag", [("x", "user")], {READ: 1, MEMORY: 1, REMOVE: 1, WRITE: 1}),
    ],
)
def test_a_request_costs_no_more_calls_than_it_must(
    envoy: Filtered, listener: str, headers: list[Header], calls: dict[str, int]
) -> None:
    assert envoy.crossings(listener, *headers) == Counter(ALWAYS | calls)
