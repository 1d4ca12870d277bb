"""Programs that know of no proxy, on real Envoy: each call is routed as its pod's would be."""

import asyncio
import os
import signal
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from laneway.adapters.netns import probe
from laneway.core.judging.ledger import Ledger
from tests.wire.lanes import GATEWAY, deployment, documents, lanes, service
from tests.wire.local_mesh import ask
from tests.wire.private_mesh import RANGE, PrivateMesh
from tests.wire.tunnels import asked_by_http2

pytestmark = pytest.mark.envoy

CHAIN = "mockb:8000,mockc:8000"
LANE = "x-asm-prefer-tag"
MODE = f"{{fallbackTarget: s1, routeHeader: {LANE}, traceHeader: {LANE}}}"
PERMISSIVE = lanes(("v1", "v2")).replace(
    "services:", f"isPermissive: true\n  permissiveModeConfiguration: {MODE}\n  services:"
)
MESH = documents(
    lanes(("v1", "v2")),
    service("opaque", port=9000, port_name="tcp"),
    deployment("opaque", "v1", port_name="tcp-main"),
    deployment("opaque", "v2", port_name="tcp-main"),
    service("sniffed", port_name="any"),
    deployment("sniffed", "v1"),
    service("alone", port=81),
    deployment("alone", "v1", port_name="http-local"),
).replace("services: [", "services: [{name: opaque, namespace: default}, ")


class _Outside(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = f"outside {self.headers['host']} {self.path}".encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


class _Greeting(socketserver.StreamRequestHandler):
    """Speaks first, answers a line, and says how much came after that, at the client's end."""

    def handle(self) -> None:
        self.wfile.write(b"outside greets\n")
        self.wfile.write(self.rfile.readline())
        self.wfile.write(b"%d more\n" % len(self.rfile.read()))


@pytest.fixture(scope="module")
def outside() -> Iterator[Callable[[str], int]]:
    """Ports of this machine's localhost where somebody listens who is no part of the mesh."""
    servers: dict[str, socketserver.BaseServer] = {
        "http": ThreadingHTTPServer(("", 0), _Outside),
        "tcp": socketserver.ThreadingTCPServer(("", 0), _Greeting),
    }
    for one in servers.values():
        threading.Thread(target=one.serve_forever, args=(0.01,), daemon=True).start()
    yield lambda kind: int(servers[kind].server_address[1])  # type: ignore[index]
    for one in servers.values():
        one.shutdown()
        one.server_close()


@pytest.fixture(scope="module")
def mesh(
    tmp_path_factory: pytest.TempPathFactory, outside: Callable[[str], int]
) -> Iterator[PrivateMesh]:
    if missing := probe():
        pytest.skip(missing)
    running = PrivateMesh(tmp_path_factory.mktemp("led"))
    running.host_ports = (outside("tcp"),)
    try:
        assert running.apply(MESH).ok
        yield running
    finally:
        running.down()


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_a_call_by_name_stays_in_the_callers_lane_through_the_whole_chain(
    mesh: PrivateMesh, version: str
) -> None:
    found = {
        tuple(mesh.call(f"mocka-{version}-0", "mockb:8000", {"x-chain": "mockc:8000"}).pods)
        for _ in range(10)
    }

    assert found == {(f"mockb-{version}-0", f"mockc-{version}-0")}


def test_what_enters_at_the_gateway_of_this_machine_goes_by_its_lane(mesh: PrivateMesh) -> None:
    answer = ask(mesh.gateway(), "/mock", {"host": "x", LANE: "s2", "x-chain": CHAIN})

    assert answer.pods == ["mocka-v2-0", "mockb-v2-0", "mockc-v2-0"]
    assert answer.seen["headers"]["x-envoy-external-address"] == "127.0.0.1"
    assert ask(mesh.gateway(), "/mock", {"host": "x", LANE: "s9"}).status == 404


def test_a_service_is_met_by_its_address_and_by_a_host_without_its_port(
    mesh: PrivateMesh,
) -> None:
    for host in ("mockb", f"{mesh.allocator.services[_host('mockb')]}:8000"):
        assert mesh.call("mocka-v2-0", "mockb:8000", host=host).pods == ["mockb-v2-0"]


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_a_plain_connection_goes_by_the_callers_lane_though_the_server_speaks_first(
    mesh: PrivateMesh, version: str
) -> None:
    for _ in range(5):
        with mesh.dialed(f"mocka-{version}-0", "opaque:9000") as client:
            stream = client.makefile("rwb")
            assert stream.readline() == f"opaque-{version}-0 greets {RANGE.bridge}\n".encode()
            stream.write(b"hello\n")
            stream.flush()
            assert stream.readline() == b"hello\n"


def test_http_2_and_websockets_go_by_the_callers_lane(mesh: PrivateMesh) -> None:
    with mesh.dialed("mocka-v2-0", "mockb:8000") as client:
        assert asked_by_http2(client, "mockb:8000", {}) == ["mockb-v2-0"]
    with mesh.dialed("mocka-v2-0", "mockb:8000") as client:
        upgrade = b"connection: Upgrade\r\nupgrade: websocket\r\n\r\n"
        client.sendall(b"GET /mock HTTP/1.1\r\nhost: mockb:8000\r\n" + upgrade)
        stream = client.makefile("rb")
        assert stream.readline() == b"HTTP/1.1 101 Switching Protocols\r\n"
        while stream.readline().strip():
            pass
        for word in (b"one", b"two"):
            client.sendall(word + b"\n")
            assert stream.readline() == b"mockb-v2-0 " + word + b"\n"


def test_on_a_port_that_says_nothing_both_http_and_other_bytes_arrive(mesh: PrivateMesh) -> None:
    assert mesh.call("mocka-v1-0", "sniffed:8000").pods == ["sniffed-v1-0"]
    with mesh.dialed("mocka-v1-0", "sniffed:8000") as client:
        client.sendall(b"\x16\x03\x01 no HTTP\r\n\r\n")
        assert client.recv(9999).startswith(b"HTTP/1.1 400 ")


def test_a_program_on_its_own_localhost_is_reached(mesh: PrivateMesh) -> None:
    assert mesh.call("mocka-v1-0", "alone:81").pods == ["alone-v1-0"]


@pytest.mark.parametrize("name", [RANGE.host, "127.0.0.1"])
def test_what_listens_on_this_machine_is_reached_at_its_name_and_at_a_port_that_is_led_there(
    mesh: PrivateMesh, outside: Callable[[str], int], name: str
) -> None:
    with mesh.dialed("mocka-v1-0", f"{name}:{outside('tcp')}") as client:
        stream = client.makefile("rwb")
        assert stream.readline() == b"outside greets\n"
        stream.write(b"hello\n")
        stream.flush()
        assert stream.readline() == b"hello\n"


def test_other_ports_of_a_pods_localhost_are_its_own(mesh: PrivateMesh) -> None:
    with pytest.raises(ConnectionRefusedError):
        mesh.dialed("mocka-v1-0", "127.0.0.1:7999")


@pytest.mark.parametrize("host", ["", "no.such.example"])
def test_what_is_no_service_is_reached_by_its_address_whatever_the_host_says(
    mesh: PrivateMesh, outside: Callable[[str], int], host: str
) -> None:
    name = f"{own_address()}:{outside('http')}"

    assert mesh.call("mocka-v1-0", name, host=host).body == f"outside {host or name} /mock"


def test_bytes_that_are_no_http_pass_to_what_is_no_service(
    mesh: PrivateMesh, outside: Callable[[str], int]
) -> None:
    with mesh.dialed("mocka-v1-0", f"{own_address()}:{outside('tcp')}") as client:
        assert client.makefile("rb").readline() == b"outside greets\n"


@pytest.mark.parametrize("host", [RANGE.host, ""])
def test_a_client_outside_may_end_its_side_and_still_be_answered(
    mesh: PrivateMesh, outside: Callable[[str], int], host: str
) -> None:
    with mesh.dialed("mocka-v1-0", f"{host or own_address()}:{outside('tcp')}") as client:
        client.sendall(b"hello\n" + bytes(300_000))
        client.shutdown(socket.SHUT_WR)

        assert client.makefile("rb").read() == b"outside greets\nhello\n300000 more\n"


def test_a_pod_dialed_by_its_address_is_met_through_its_proxy(mesh: PrivateMesh) -> None:
    other = mesh.replica("mockb-v2-0")
    (counter,) = [one.stat for one in mesh.config.inbound if one.replica == other.name]
    before = mesh.fleet.counters([counter])

    assert mesh.call("mocka-v1-0", f"{other.address}:8000").pods == ["mockb-v2-0"]
    assert mesh.fleet.counters([counter])[counter] == before[counter] + 1


def test_a_host_nobody_has_leads_to_some_pod_of_the_service_dialed_as_in_a_cluster(
    mesh: PrivateMesh,
) -> None:
    [pod] = mesh.call("mocka-v1-0", "mockb:8000", host="foreign").pods

    assert pod in {"mockb-v1-0", "mockb-v2-0"}


def test_a_port_no_service_has_is_closed(mesh: PrivateMesh) -> None:
    with mesh.dialed("mocka-v1-0", "mockb:8123") as client:
        client.sendall(b"hello\n")
        with suppress(ConnectionResetError):
            assert client.recv(1) == b""


def test_counters_tell_who_called_whom_as_with_proxy_variables(mesh: PrivateMesh) -> None:
    ledger = Ledger(mesh.config, mesh.placement)
    before = mesh.fleet.counters(ledger.names())
    for _ in range(3):
        mesh.call("mocka-v1-0", "mockb:8000", {"x-chain": "mockc:8000"})
        with mesh.dialed("mocka-v2-0", "opaque:9000") as client:
            client.recv(9)
    seen = ledger.seen(before, mesh.fleet.counters(ledger.names()))

    calls = {(one.callers, one.route.host.partition(".")[0], one.sent) for one in seen.calls}
    assert {(host, sent) for _, host, sent in calls} == {
        ("mockb", 3),
        ("mockc", 3),
        ("opaque", 3),
    }
    assert seen.outgoing == {"mocka-v1-0": 3, "mockb-v1-0": 3, "mocka-v2-0": 3}
    assert seen.received == {"mockb-v1-0": 3, "mockc-v1-0": 3, "opaque-v2-0": 3}


def test_an_edit_brings_and_takes_pods_and_ways_in_while_calls_go_on(mesh: PrivateMesh) -> None:
    other = GATEWAY.replace("number: 80,", "number: 8443,").replace("ingressgateway,", "second,")
    more = documents(MESH, other, deployment("mockb", "v2").replace("mockb-v2", "mockb-new"))
    busy = Busy(mesh)

    assert mesh.apply(more).ok
    assert ask(mesh.gateway(8443), "/mock", {"host": "x"}).status == 404
    met = {mesh.call("mocka-v2-0", "mockb:8000").pods[0] for _ in range(30)}
    assert met == {"mockb-v2-0", "mockb-new-0"}
    left = mesh.gateway(8443)
    assert mesh.apply(MESH).ok
    assert busy.answers() == {(200, "mockb-v1-0")}
    with closing(socket.socket()) as client:
        assert client.connect_ex(left) != 0


class Busy:
    """A client that calls one after the other until it is asked what it was answered."""

    def __init__(self, mesh: PrivateMesh) -> None:
        self.found: set[tuple[int, str]] = set()
        self.mesh, self.done = mesh, threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self) -> None:
        while not self.done.is_set():
            answer = self.mesh.call("mocka-v1-0", "mockb:8000")
            self.found.add((answer.status, ",".join(answer.pods)))

    def answers(self) -> set[tuple[int, str]]:
        self.done.set()
        self.thread.join()
        return self.found


def test_each_of_the_two_proxies_is_there_again_after_it_was_killed(mesh: PrivateMesh) -> None:
    async def scene() -> list[str]:
        told: asyncio.Queue[str] = asyncio.Queue()
        watching = asyncio.create_task(mesh.fleet.watch(lambda one: told.put_nowait(one.proxy)))
        back = []
        for proxy in ("mesh", "_host"):
            os.kill(mesh.fleet.processes()[proxy], signal.SIGKILL)
            back.append(await asyncio.wait_for(told.get(), 60))
        watching.cancel()
        return back

    assert asyncio.run(scene()) == ["mesh", "_host"]
    answer = ask(mesh.gateway(), "/mock", {"host": "x", LANE: "s2", "x-chain": CHAIN})
    assert answer.pods == ["mocka-v2-0", "mockb-v2-0", "mockc-v2-0"]


def test_in_a_permissive_group_a_call_goes_by_its_header_and_falls_back(mesh: PrivateMesh) -> None:
    lacking = PERMISSIVE.replace(deployment("mockc", "v2"), "")

    assert mesh.apply(lacking).ok
    for lane, pods in (("s2", ["mockb-v2-0", "mockc-v1-0"]), ("", ["mockb-v1-0", "mockc-v1-0"])):
        headers = {"x-chain": "mockc:8000"} | ({LANE: lane} if lane else {})
        assert mesh.call("mocka-v1-0", "mockb:8000", headers).pods == pods


def test_a_lane_whose_program_is_gone_is_answered_for_at_once(mesh: PrivateMesh) -> None:
    assert mesh.apply(PERMISSIVE).ok
    (program,) = mesh.programs["mockb-v2-0"]

    assert mesh.call("mocka-v1-0", "mockb:8000", {LANE: "s2"}).pods == ["mockb-v2-0"]
    program.end()
    assert mesh.call("mocka-v1-0", "mockb:8000", {LANE: "s2"}).pods == ["mockb-v1-0"]


def _host(name: str) -> Any:
    return f"{name}.default.svc.cluster.local"


def own_address() -> str:
    """Return an address of this machine that is not its localhost; nothing is sent."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probing:
        probing.connect(("198.51.100.1", 9))
        return str(probing.getsockname()[0])
