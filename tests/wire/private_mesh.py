"""A mesh of one test in a private network: real Envoys, and programs that know of no proxy.

Comes in: YAML. Goes out: what programs met. Programs and clients are threads of the test with
sockets that were made in pods' namespaces: what such a socket opens is led where that of any
program there is. A program answers with its pod's name; asked by `x-chain` it calls on.
"""

import asyncio
import http.client
import json
import os
import socket
import socketserver
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from laneway.adapters.envoy import Applied, EnvoyFleet, Settings
from laneway.adapters.netns import MeshNetwork, PodNetwork, PrivateNetwork
from laneway.adapters.processes import listening_sockets
from laneway.adapters.processes.program import entering
from laneway.core.compile import Compilation, compile_snapshot
from laneway.core.emit.envoy.config import EnvoyConfig
from laneway.core.emit.envoy.configure import envoy_config
from laneway.core.emit.placement import Placement, Replica
from laneway.core.fleet.allocator import Allocator, Private
from laneway.core.fleet.commands import Commands
from laneway.core.fleet.next_step import Instance
from laneway.core.fleet.placing import Taken
from laneway.core.fleet.private_range import OUTBOUND_PORT, PrivateRange
from laneway.core.fleet.wanted import wanted_replicas
from tests.snapshot import snapshot_of_texts
from tests.wire.local_mesh import Answer

RANGE = PrivateRange("10.88")
STREAM = (socket.AF_INET, socket.SOCK_STREAM, 0)
CAP_SYS_ADMIN = 21
PASSED = ("x-asm-prefer-tag",)
"""The headers that a program passes on."""


class _Http(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        assert isinstance(self.server, _Program)
        if self.headers.get("upgrade") == "websocket":
            self._echo_for_ever()
            return
        seen = {name.lower(): value for name, value in self.headers.items()}
        told = {"pods": [self.server.pod, *self._further(self.server)], "headers": seen}
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _further(self, program: "_Program") -> list[str]:
        first, _, rest = self.headers.get("x-chain", "").partition(",")
        passed = {name: self.headers[name] for name in PASSED if name in self.headers}
        passed["x-chain"] = rest
        return program.mesh.call(program.pod, first, passed).pods if first else []

    def _echo_for_ever(self) -> None:
        self.send_response(101)
        self.send_header("upgrade", "websocket")
        self.send_header("connection", "Upgrade")
        self.end_headers()
        while piece := self.rfile.readline():
            self.wfile.write(self.server.pod.encode() + b" " + piece)  # type: ignore[attr-defined]

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


class _Greeting(socketserver.StreamRequestHandler):
    """Speaks first, as servers of mail and of some databases do."""

    def handle(self) -> None:
        assert isinstance(self.server, _Program)
        self.wfile.write(f"{self.server.pod} greets {self.client_address[0]}\n".encode())
        self.wfile.write(self.rfile.readline())


class _Program(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self, mesh: "PrivateMesh", pod: str, port: int, handler: type[Any], address: str = ""
    ) -> None:
        self.mesh = mesh
        self.pod = pod
        self.accepted: list[socket.socket] = []
        super().__init__((address or "0.0.0.0", port), handler, bind_and_activate=False)  # noqa: S104
        self.socket.close()
        self.socket = mesh.opened(pod)
        self.allow_reuse_address = True
        self.server_bind()
        self.server_activate()
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def process_request(self, request: Any, client_address: Any) -> None:
        self.accepted.append(request)
        super().process_request(request, client_address)

    def end(self) -> None:
        """End as a program does: with all its connections."""
        self.shutdown()
        self.server_close()
        for one in self.accepted:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


class PrivateMesh:
    """A mesh that runs while a test runs."""

    def __init__(self, folder: Path, *, per_workload: bool = False) -> None:
        self.per_workload = per_workload
        pods = folder / "pods"
        pods.mkdir()
        between = MeshNetwork(RANGE.bridge, RANGE.passing, RANGE.host, OUTBOUND_PORT)
        self.network = PrivateNetwork.open(pods, between, dict(os.environ))
        private = Private(RANGE, self.network.inside)
        # none that the kernel gives to outgoing connections: a second one has to be free later
        first = 12000 + os.getpid() % 7000
        self.allocator = Allocator("test", first, _taken, lambda _: True, private=private)
        self.fleet = EnvoyFleet(
            folder / "envoy",
            Settings(concurrency=1, drain_seconds=2.0, inside=entering(self._among_pods(), ())),
        )
        self.instances: tuple[Instance, ...] = ()
        self.host_ports: tuple[int, ...] = ()
        self.placement = Placement()
        self.config = EnvoyConfig({})
        self.programs: dict[str, list[_Program]] = {}
        self._one_at_a_time = threading.Lock()
        self.compilation: Compilation

    def _among_pods(self) -> tuple[str, ...]:
        network = self.network
        user = (f"user={network.user}", f"keep={CAP_SYS_ADMIN}") if network.user else ()
        return (*user, f"network={network.mesh}", f"mounts={network.mounts}")

    def apply(self, yaml: str) -> Applied:
        """Bring the mesh to what YAML says; programs that are wanted start before."""
        compilation = self.compilation = compile_snapshot(snapshot_of_texts([("mesh.yaml", yaml)]))
        wanted, _ = wanted_replicas(compilation.mesh, Commands.of_texts(("*=x",), {}))
        hosts = compilation.mesh.services
        self.instances = self.allocator.settle(compilation.plan, wanted, self.instances, hosts)
        before = self.placement
        self.placement = self.allocator.placement(self.instances)
        self._settle(
            {one.name: self._network(one) for one in (*before.replicas, *self.placement.replicas)}
        )
        for one in self.placement.replicas:
            if one.name not in self.programs:
                self.programs[one.name] = list(self._started(one))
        self.config = envoy_config(
            compilation.mesh, compilation.plan, self.placement, per_workload=self.per_workload
        )
        done = asyncio.run(self.fleet.apply(self.config))
        self._leave_only(self.placement)
        return done

    def _settle(self, pods: Mapping[str, PodNetwork]) -> None:
        with self._one_at_a_time:
            self.network.settle(pods)

    def _network(self, one: Replica) -> PodNetwork:
        inbound = tuple((place.program, place.inbound) for place in one.ports)
        local = tuple(place.program for place in one.ports if place.name.endswith("-local"))
        return PodNetwork(
            one.address, one.outbound, inbound if one.sidecar else (), local, self.host_ports
        )

    def _started(self, one: Replica) -> Iterator[_Program]:
        for place in one.ports:
            handler = _Greeting if place.name.startswith("tcp") else _Http
            address = "127.0.0.1" if place.name.endswith("-local") else ""
            yield _Program(self, one.name, place.program, handler, address)

    def _leave_only(self, placement: Placement) -> None:
        names = {one.name for one in placement.replicas}
        for name in self.programs.keys() - names:
            for program in self.programs.pop(name):
                program.end()
        self._settle({one.name: self._network(one) for one in placement.replicas})

    def down(self) -> None:
        """End everything."""
        asyncio.run(self.fleet.down())
        for program in [one for many in self.programs.values() for one in many]:
            program.end()
        self.network.close()

    def opened(self, pod: str) -> socket.socket:
        """Return a socket as a program in a pod makes one."""
        with self._one_at_a_time:
            (found,) = self.network.sockets(pod, STREAM)
        found.settimeout(10)
        return found

    def dialed(self, pod: str, name: str) -> socket.socket:
        """Connect out of a pod to `host:port`; names of services resolve as in the default one."""
        host, _, port = name.partition(":")
        full = f"{host}.default.svc.cluster.local"
        known = {str(service): address for service, address in self.allocator.services.items()}
        found = self.opened(pod)
        try:
            found.connect((known.get(full, host), int(port)))
        except OSError:
            found.close()
            raise
        return found

    def call(
        self,
        pod: str,
        name: str,
        headers: Mapping[str, str] | None = None,
        path: str = "/mock",
        host: str = "",
    ) -> Answer:
        """Ask `host:port` out of a pod by HTTP, as a program does that knows of no proxy."""
        with closing(http.client.HTTPConnection(name, timeout=10)) as client:
            client.sock = self.dialed(pod, name)
            client.putrequest("GET", path, skip_host=True)
            client.putheader("host", host or name)
            for field, value in (headers or {}).items():
                client.putheader(field, value)
            client.endheaders()
            response = client.getresponse()
            found = {field.lower(): value for field, value in response.getheaders()}
            return Answer(response.status, response.read().decode(), found)

    def gateway(self, port: int = 80) -> tuple[str, int]:
        """Return where a gateway's port is reached on this machine."""
        local = next(at for (_, number), at in self.placement.gateways.items() if number == port)
        return "127.0.0.1", local

    def replica(self, name: str) -> Replica:
        """Return where a replica runs."""
        return next(one for one in self.placement.replicas if one.name == name)


def _taken() -> Taken:
    return Taken(listening_sockets())


@contextmanager
def private(folder: Path, yaml: str, **options: Any) -> Iterator[PrivateMesh]:
    """Run a mesh for the length of a block."""
    mesh = PrivateMesh(folder, **options)
    try:
        done = mesh.apply(yaml)
        assert done.ok, done
        yield mesh
    finally:
        mesh.down()
