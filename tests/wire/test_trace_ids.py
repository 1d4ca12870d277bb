"""Lanes of applications that forward nothing but the id of their trace, on real Envoy.

A chain of three services and four lanes, each of which has other services; many requests at once,
and one proxy for all as well as one for each replica.
"""

import http.client
import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

import pytest
from msgspec.structs import asdict

from laneway.adapters.envoy import Settings
from laneway.core.emit.envoy.wasm import counter
from tests.wire.chains import HEADER, Chain
from tests.wire.lanes import CHAIN
from tests.wire.local_mesh import LocalMesh, running

pytestmark = pytest.mark.envoy

LANES = {"s1": "mocka mockb mockc", "s2": "mocka mockc", "s3": "mockb", "s4": "mockc"}
REQUESTS, CLIENTS = 400, 16
NUMBERS = count(1)


def mesh_of(trace_header: str) -> str:
    return Chain(LANES, trace_header=trace_header).yaml


CHAINED = {"s1": "v1 v1 v1", "s2": "v2 v1 v2", "s3": "v1 v3 v1", "s4": "v1 v1 v4"}


def trace(header: str) -> dict[str, str]:
    """Return a new trace id as a client sends it."""
    number = next(NUMBERS)
    if header == "traceparent":
        return {header: f"00-{number:032x}-{number:016x}-01"}
    return {header: str(uuid.UUID(int=number << 64 | 4 << 76, version=4))}


def met(mesh: LocalMesh, lane: str, forwarded: str, more: dict[str, str] | None = None) -> str:
    """Return the versions a request of a lane meets, whose programs forward one header."""
    asked = {HEADER: lane} if lane else {}
    asked |= {"x-chain": CHAIN, "x-forward": forwarded} | (more or {})
    return " ".join(pod.split("-")[1] for pod in mesh.enter(headers=asked).pods)


@pytest.fixture(scope="module", params=["one proxy", "a proxy for each replica"])
def by_request_id(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LocalMesh]:
    separate = request.param != "one proxy"
    settings = Settings(concurrency=1 if separate else 4, drain_seconds=2.0)
    folder = tmp_path_factory.mktemp("ids")
    yaml = mesh_of("x-request-id")
    with running(folder, yaml, per_workload=separate, settings=settings) as mesh:
        yield mesh


@pytest.fixture(scope="module")
def by_traceparent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalMesh]:
    settings = Settings(concurrency=4, drain_seconds=2.0)
    with running(tmp_path_factory.mktemp("w3c"), mesh_of("traceparent"), settings=settings) as mesh:
        yield mesh


@pytest.fixture(scope="module")
def by_both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalMesh]:
    """A group by baggage whose second carrier is the trace, a proxy for each replica."""
    name = "kind: ASMSwimLaneGroup\nmetadata: {name: mock"
    asks = f"{name}, annotations: {{laneway.dev/second-carrier: traceparent}}"
    yaml = mesh_of("baggage").replace(name, asks)
    settings = Settings(concurrency=1, drain_seconds=2.0)
    folder = tmp_path_factory.mktemp("both")
    with running(folder, yaml, per_workload=True, settings=settings) as mesh:
        yield mesh


@pytest.mark.parametrize("forwarded", ["baggage", "traceparent", "baggage,traceparent"])
def test_a_lane_in_baggage_is_found_again_by_the_trace_where_a_program_drops_it(
    by_both: LocalMesh, forwarded: str
) -> None:
    found = {lane: met(by_both, lane, forwarded) for lane in LANES}
    assert found == CHAINED


def everyone(mesh: LocalMesh, header: str, *, made_by: str) -> set[tuple[str, str]]:
    """Send many requests of all lanes at once; return which lane met what."""
    names = list(LANES)

    def send(number: int) -> tuple[str, str]:
        lane = names[number % len(names)]
        return lane, met(mesh, lane, header, trace(header) if made_by == "client" else None)

    with ThreadPoolExecutor(CLIENTS) as clients:
        return set(clients.map(send, range(REQUESTS)))


@pytest.mark.parametrize("made_by", ["client", "entry"])
def test_no_request_leaves_its_lane_when_programs_forward_a_request_id(
    by_request_id: LocalMesh, made_by: str
) -> None:
    assert everyone(by_request_id, "x-request-id", made_by=made_by) == set(CHAINED.items())


@pytest.mark.parametrize("made_by", ["client", "entry"])
def test_no_request_leaves_its_lane_when_programs_forward_a_traceparent(
    by_traceparent: LocalMesh, made_by: str
) -> None:
    assert everyone(by_traceparent, "traceparent", made_by=made_by) == set(CHAINED.items())


def test_programs_that_forward_nothing_lose_the_lane_behind_the_baseline(
    by_request_id: LocalMesh,
) -> None:
    assert met(by_request_id, "s3", "x-nothing") == "v1 v1 v1"


def test_programs_may_forward_the_lane_itself(by_request_id: LocalMesh) -> None:
    assert met(by_request_id, "s4", HEADER) == "v1 v1 v4"


@contextmanager
def under_way(mesh: LocalMesh, pod: str, headers: dict[str, str]) -> Iterator[None]:
    """Have a request at a pod that has begun, with a body that never comes."""
    begun = counter("mock", pod, "remembered")
    before = mesh.fleet.counters([begun])
    replica = mesh.replica(pod)
    address = (replica.address, replica.ports[0].inbound)
    with closing(http.client.HTTPConnection(*address, timeout=30)) as client:
        client.putrequest("GET", "/mock")
        for name, value in (headers | {"content-length": "1"}).items():
            client.putheader(name, value)
        client.endheaders()
        assert any(mesh.fleet.counters([begun]) != before for _ in range(5000))
        yield


def test_one_id_in_two_lanes_at_once_belongs_to_none(by_request_id: LocalMesh) -> None:
    same = trace("x-request-id")
    counted = counter("mock", "mocka-v1-0", "ambiguous")
    with under_way(by_request_id, "mocka-v1-0", {HEADER: "s4"} | same):
        assert met(by_request_id, "s3", "x-request-id", same) == "v1 v1 v1"

    assert by_request_id.fleet.counters([counted]) == {counted: 1}


def test_groups_whose_programs_forward_the_lane_need_no_filter(tmp_path: Path) -> None:
    mesh = LocalMesh(tmp_path)
    try:
        with_filter = json.dumps(mesh.compile(mesh_of("x-request-id")), default=asdict)
        without = json.dumps(mesh.compile(mesh_of(HEADER)), default=asdict)
    finally:
        mesh.down()

    assert ("runtime.v8" in with_filter, "runtime.v8" in without) == (True, False)
