"""A mesh of one test: real Envoy on free ports, and programs that tell what reached them.

Comes in: YAML. Goes out: answers to requests sent through a gateway or out of a pod. A program
answers with its pod's name and the request it saw; asked by `x-chain` it calls on through its own
proxy and adds what it was answered, so that one request shows a whole chain of pods. It passes on
only the headers that `x-forward` names.
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
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from laneway.adapters.envoy import Applied, EnvoyFleet, Settings
from laneway.core.emit.envoy.config import EnvoyConfig
from laneway.core.emit.envoy.configure import envoy_config
from laneway.core.emit.placement import Placement, PortPlace, Replica
from laneway.core.mesh.link import link
from laneway.core.mesh.mesh import Caller, Mesh
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.routing.plan.planner import plan
from laneway.core.routing.plan.route_plan import RoutePlan
from tests.snapshot import snapshot_of_texts

BLOCKS = count(1)


class Answer(Struct, frozen=True):
    """What a client got. `seen` is the request as the last program saw it."""

    status: int
    body: str
    headers: Mapping[str, str]

    @property
    def pods(self) -> list[str]:
        """The pods that answered, first the one nearest to the client."""
        found = self.seen.get("pods", [])
        return [str(pod) for pod in found]

    @property
    def seen(self) -> Mapping[str, Any]:
        """What the first program says it saw."""
        with suppress(ValueError):
            found = json.loads(self.body)
            return found if isinstance(found, dict) else {}
        return {}


class _Http(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        pod = self.server
        assert isinstance(pod, _Program)
        self.rfile.read(int(self.headers.get("content-length", 0)))
        pod.received.append(self.path)
        pods = [pod.replica.name, *self._further(pod.replica)]
        seen = {name.lower(): value for name, value in self.headers.items()}
        told = {"pods": pods, "path": self.path, "method": self.command, "headers": seen}
        body = json.dumps(told)
        self.send_response(int(self.headers.get("x-status", 200)))
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    do_OPTIONS = do_PUT = do_GET  # noqa: N815 - the library's names

    def _further(self, replica: Replica) -> list[str]:
        chain = self.headers.get("x-chain", "").split(",")
        if not chain[0]:
            return []
        answer = ask(
            (replica.address, replica.outbound),
            f"http://{chain[0]}{self.path}",
            {"x-chain": ",".join(chain[1:])} | self._forwarded(),
        )
        return answer.pods or [f"{answer.status} {answer.body}"]

    def _forwarded(self) -> dict[str, str]:
        """Return the headers the request asks to be passed on, and the one that asks for it."""
        asked = self.headers.get("x-forward", "")
        names = ["x-forward", *asked.split(",")] if asked else []
        return {name: self.headers[name] for name in names if name in self.headers}

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


class _Program(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, replica: Replica, place: PortPlace) -> None:
        self.replica = replica
        self.received: list[str] = []
        super().__init__((replica.address, place.program), _Http)


class _Echo(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        line = self.rfile.readline()
        assert isinstance(self.server, _Tcp)
        self.wfile.write(self.server.replica.name.encode() + b" " + line)


class _Tcp(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, replica: Replica, place: PortPlace) -> None:
        self.replica = replica
        super().__init__((replica.address, place.program), _Echo)


class LocalMesh(Struct, dict=True):
    """A mesh that runs while a test runs."""

    folder: Path
    per_workload: bool = False
    settings: Settings = field(default_factory=lambda: Settings(concurrency=1, drain_seconds=2.0))
    without_sidecar: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.fleet = EnvoyFleet(self.folder, self.settings)
        self._programs: dict[str, list[socketserver.BaseServer]] = {}
        self._replicas: dict[str, Replica] = {}
        self._block = f"127.{64 + os.getpid() % 128}.{next(BLOCKS)}"
        self._gateways: dict[tuple[tuple[tuple[str, str], ...], int], int] = {}
        self.mesh = Mesh(snapshot_of_texts([]))
        self.plan = RoutePlan()
        self.config = EnvoyConfig({})

    def apply(self, yaml: str) -> Applied:
        """Bring the mesh to what YAML says; programs that are wanted start before."""
        self.compile(yaml)
        done = asyncio.run(self.fleet.apply(self.config))
        wanted = {name for name, _ in self._wanted()}
        for name in self._replicas.keys() - wanted:
            self._stop(name)
        return done

    def compile(self, yaml: str) -> EnvoyConfig:
        """Work out the configuration for YAML, with places for all replicas."""
        self.mesh = link(snapshot_of_texts([("mesh.yaml", yaml)]))
        self.plan = plan(self.mesh)
        replicas = tuple(self._placed(name, workload) for name, workload in self._wanted())
        for port in self.plan.gateway_ports:
            key = (port.selector, port.port)
            self._gateways.setdefault(key, free_port("127.0.0.1"))
        placement = Placement(replicas, dict(self._gateways))
        self.config = envoy_config(self.mesh, self.plan, placement, per_workload=self.per_workload)
        return self.config

    def down(self) -> None:
        """End everything."""
        asyncio.run(self.fleet.down())
        for name in list(self._replicas):
            self._stop(name)

    def enter(
        self,
        path: str = "/mock",
        headers: Mapping[str, str] | None = None,
        *,
        host: str = "shop.example",
        method: str = "GET",
        port: int = 80,
    ) -> Answer:
        """Send a request to the gateway."""
        local = next(local for (_, number), local in self._gateways.items() if number == port)
        address = ("127.0.0.1", local)
        return ask(address, path, {"host": host, **(headers or {})}, method)

    def call(
        self, pod: str, url: str, headers: Mapping[str, str] | None = None, method: str = "GET"
    ) -> Answer:
        """Send a request out of a pod, as a program does that is told of its proxy."""
        replica = self._replicas[pod]
        return ask((replica.address, replica.outbound), url, headers or {}, method)

    def tunnel(self, pod: str, authority: str) -> tuple[int, str]:
        """Open a tunnel out of a pod and say `hello`; the answer's status and line."""
        replica = self._replicas[pod]
        with closing(socket.create_connection((replica.address, replica.outbound), 10)) as client:
            client.sendall(f"CONNECT {authority} HTTP/1.1\r\nhost: {authority}\r\n\r\n".encode())
            stream = client.makefile("rb")
            status = int(stream.readline().split()[1])
            while stream.readline().strip():
                pass
            if status != 200:
                return status, ""
            client.sendall(b"hello\n")
            return status, stream.readline().decode().strip()

    def replica(self, name: str) -> Replica:
        """Return where a replica runs."""
        return self._replicas[name]

    def received(self, pod: str) -> list[str]:
        """Return the paths of all requests a pod's programs received."""
        programs = [one for one in self._programs[pod] if isinstance(one, _Program)]
        return [path for program in programs for path in program.received]

    def _wanted(self) -> Iterator[tuple[str, Workload]]:
        for workload in self.mesh.workloads:
            for number in range(workload.replicas):
                yield f"{workload.meta.name}-{number}", workload

    def _placed(self, name: str, workload: Workload) -> Replica:
        if name not in self._replicas:
            address = f"{self._block}.{len(self._programs) + 1}"
            declared = [port for one in workload.containers for port in one.ports]
            ports = tuple(
                PortPlace(number, free_port(address), free_port(address), port_name)
                for port_name, number in declared
            )
            replica = Replica(
                name,
                workload.meta.ref,
                Caller.of(workload),
                address,
                ports,
                free_port(address),
                workload.meta.name not in self.without_sidecar,
            )
            self._replicas[name] = replica
            self._programs[name] = [_started(replica, place) for place in ports]
        return self._replicas[name]

    def _stop(self, name: str) -> None:
        for program in self._programs.get(name, ()):
            program.shutdown()
            program.server_close()
        del self._replicas[name]


@contextmanager
def running(folder: Path, yaml: str, **options: Any) -> Iterator[LocalMesh]:
    """Run a mesh for the length of a block."""
    mesh = LocalMesh(folder, **options)
    try:
        done = mesh.apply(yaml)
        assert done.ok, done
        yield mesh
    finally:
        mesh.down()


def ask(
    address: tuple[str, int], target: str, headers: Mapping[str, str], method: str = "GET"
) -> Answer:
    """Send one request; `target` goes into the request line as it is."""
    with closing(http.client.HTTPConnection(*address, timeout=10)) as client:
        client.putrequest(method, target, skip_host="host" in headers, skip_accept_encoding=True)
        for name, value in headers.items():
            client.putheader(name, value)
        client.endheaders()
        response = client.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, response.read().decode(), found)


def free_port(address: str) -> int:
    """Return a port nobody listens on at an address, and no port twice."""
    port = 0
    while port in _GIVEN:
        with closing(socket.socket()) as probe:
            probe.bind((address, 0))
            port = int(probe.getsockname()[1])
    _GIVEN.add(port)
    return port


_GIVEN = {0}


def _started(replica: Replica, place: PortPlace) -> socketserver.BaseServer:
    kind = _Tcp if place.name.startswith("tcp") else _Program
    server = kind(replica, place)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    return server
