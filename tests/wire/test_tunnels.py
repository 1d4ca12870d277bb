"""Requests inside a tunnel are routed by the lane, as plain calls of the same program are."""

import time
from collections.abc import Callable, Iterator, Mapping
from socket import socket

import pytest

from laneway.core.emit.placement import Placement
from laneway.core.judging.ledger import Ledger
from tests.wire.lanes import deployment, documents, lanes
from tests.wire.local_mesh import LocalMesh, running
from tests.wire.tunnels import asked, asked_by_http2, tunnel

pytestmark = pytest.mark.envoy

Asked = Callable[[socket, str, Mapping[str, str]], list[str]]
MODE = "{fallbackTarget: s1, routeHeader: x-asm-prefer-tag, traceHeader: x-asm-prefer-tag}"
PERMISSIVE = f"isPermissive: true\n  permissiveModeConfiguration: {MODE}\n  services:"
STRICT = lanes(("v1", "v2"), ("mocka", "mockb"))
HEADER = {"x-asm-prefer-tag": "s2"}


@pytest.fixture(scope="module")
def mesh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalMesh]:
    with running(tmp_path_factory.mktemp("tunnels"), STRICT) as local:
        yield local


@pytest.mark.parametrize("ask", [asked, asked_by_http2])
@pytest.mark.parametrize("authority", ["mockb:8000", "mockb.default.svc.cluster.local:8000"])
def test_what_comes_through_a_tunnel_keeps_to_the_callers_lane(
    mesh: LocalMesh, ask: Asked, authority: str
) -> None:
    met = set()
    for version in ("v1", "v2"):
        with tunnel(mesh, f"mocka-{version}-0", authority) as client:
            met.add((version, *ask(client, authority, {})))

    assert met == {("v1", "mockb-v1-0"), ("v2", "mockb-v2-0")}


def test_a_tunnel_serves_request_after_request_and_outlives_an_edit(mesh: LocalMesh) -> None:
    with tunnel(mesh, "mocka-v2-0", "mockb:8000") as client:
        before = asked(client, "mockb:8000", {})
        applied = mesh.apply(documents(STRICT, deployment("mocka", "more")))
        after = asked(client, "mockb:8000", {})

    assert applied.ok
    assert [before, after] == [["mockb-v2-0"], ["mockb-v2-0"]]


def test_of_a_tunnel_the_requests_in_it_count_as_sent_and_nothing_else(mesh: LocalMesh) -> None:
    placement = Placement((mesh.replica("mocka-v1-0"), mesh.replica("mocka-v2-0")), {})
    ledger = Ledger(mesh.config, placement)
    before = mesh.fleet.counters(ledger.names())
    for _ in range(2):
        with tunnel(mesh, "mocka-v1-0", "mockb:8000") as client:
            for _ in range(3):
                asked(client, "mockb:8000", {})

    def sent() -> Mapping[str, int]:
        return ledger.seen(before, mesh.fleet.counters(ledger.names())).outgoing

    late = time.monotonic() + 10
    while sum(sent().values()) < 6 and time.monotonic() < late:
        continue  # Envoy has still to see that the tunnels were closed
    assert sent() == {"mocka-v1-0": 6}


@pytest.mark.parametrize("ask", [asked, asked_by_http2])
def test_in_a_permissive_group_a_request_in_a_tunnel_goes_by_its_own_header(
    mesh: LocalMesh, ask: Asked
) -> None:
    applied = mesh.apply(STRICT.replace("services:", PERMISSIVE))

    assert applied.ok
    with tunnel(mesh, "mocka-v1-0", "mockb:8000") as client:
        assert ask(client, "mockb:8000", HEADER) == ["mockb-v2-0"]
    with tunnel(mesh, "mocka-v1-0", "mockb:8000") as client:
        assert ask(client, "mockb:8000", {}) == ["mockb-v1-0"]
