"""Real Envoy decides: a mesh is served by it, and each request is really sent.

Comes in: a compiled mesh. Goes out: who answered, a workload or a status. One Envoy serves one mesh
after the other, changed as `laneway up` changes it; one program stands behind all addresses and
answers with the address it was reached at.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from msgspec import Struct, field

from laneway.adapters.envoy import EnvoyFleet, Settings
from laneway.core.compile import Compilation
from laneway.core.emit.envoy.configure import envoy_config
from laneway.core.emit.placement import Placement, PortPlace, Replica
from laneway.core.mesh.mesh import Caller
from laneway.core.resources.meta import Ref
from tests.agree.decisions import Carried, carried_by
from tests.laws.asks import Ask

Seen = tuple[str | int, Carried]
"""Who answered, a workload or a status, and what the request carried when it arrived."""
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
OUTBOUND = 15001
NET = 16 + os.getpid() % 200
"""The second number of all addresses: runs side by side must not share one."""

AT_ONCE = 16
TIMED_OUT = 504


class EnvoyReader(Struct):
    """A running Envoy and the one program behind every replica."""

    fleet: EnvoyFleet
    program: int
    gateways: Iterator[int]
    placement: Placement = field(default_factory=Placement)
    numbers: dict[str, int] = {}
    idle: dict[tuple[str, int], list[Connection]] = {}
    ports: dict[tuple[tuple[tuple[str, str], ...], int], int] = {}

    async def serve(self, compilation: Compilation) -> None:
        """Bring Envoy to a mesh; returns when all of it is live."""
        self.placement = self._placed(compilation)
        await self.hang_up()
        config = envoy_config(compilation.mesh, compilation.plan, self.placement)
        applied = await self.fleet.apply(config)
        assert applied.ok, applied.rejected

    async def hang_up(self) -> None:
        """Close the connections kept for later requests."""
        writers = [writer for kept in self.idle.values() for _, writer in kept]
        self.idle.clear()
        for writer in writers:
            await _closed(writer)

    async def answers(self, asks: Sequence[Ask]) -> list[Seen | None]:
        """Send requests; a workload or a status each, None where its caller has no pod.

        Users' routes have timeouts of seconds. Where a busy machine takes longer, the request is
        sent again when the others are done.
        """
        turn = asyncio.Semaphore(AT_ONCE)

        async def one(ask: Ask) -> Seen | None:
            async with turn:
                return await self._answer(ask)

        found = await asyncio.gather(*(one(ask) for ask in asks))
        for place, seen in enumerate(found):
            if seen is not None and seen[0] == TIMED_OUT:
                found[place] = await self._answer(asks[place])
        return found

    async def _answer(self, ask: Ask) -> Seen | None:
        if not ask.caller:
            key, _, value = ask.gateway.partition("=")
            port = self.placement.gateways.get((((key, value),), ask.port))
            if port is None:
                return None
            return self._who(await self._send("127.0.0.1", port, ask, ask.host))
        caller = next((r for r in self.placement.replicas if _name(r.workload) == ask.caller), None)
        if caller is None:
            return None
        authority = f"{ask.host}:{ask.port}"
        return self._who(await self._send(caller.address, caller.outbound, ask, authority))

    async def _send(self, host: str, port: int, ask: Ask, authority: str) -> tuple[int, str]:
        """Send one request over a connection kept from an earlier one, or a new one."""
        kept = self.idle.setdefault((host, port), [])
        target = f"http://{authority}{ask.path}" if ask.caller else ask.path
        lines = [f"{ask.method} {target} HTTP/1.1", f"host: {authority}"]
        lines += [f"{name}: {value}" for name, value in ask.headers]
        if ask.method == "POST":
            lines.append("content-length: 0")
        text = "\r\n".join([*lines, "", ""]).encode()
        connection = kept.pop() if kept else await asyncio.open_connection(host, port)
        answer = await exchange(connection, text)
        kept.append(connection)
        return answer

    def _who(self, answer: tuple[int, str]) -> Seen:
        status, body = answer
        if status != 200:
            return status, ()
        address, *lines = body.split("\n")
        pairs = (line.partition(": ") for line in lines)
        replica = next((r for r in self.placement.replicas if r.address == address), None)
        if replica is None:
            return status, ()  # the proxy's own answer
        return _name(replica.workload), carried_by((name, value) for name, _, value in pairs)

    def _address(self, name: str) -> str:
        """Return a replica's address; it keeps it in every mesh, as listeners are changed live."""
        number = self.numbers.setdefault(name, len(self.numbers))
        return f"127.{NET}.{number // 250}.{number % 250 + 1}"

    def _placed(self, compilation: Compilation) -> Placement:
        mesh = compilation.mesh
        led: dict[Ref, set[int]] = {}
        for service in mesh.services.values():
            for workload in service.workloads:
                targets = {port.target for port in service.ports if isinstance(port.target, int)}
                led.setdefault(workload.meta.ref, set()).update(targets)
        replicas = []
        for workload in mesh.workloads:
            ports = tuple(
                PortPlace(port, port, self.program)
                for port in sorted(led.get(workload.meta.ref, ()))
            )
            for number in range(workload.replicas):
                name = f"{workload.namespace}-{workload.meta.name}-{number}"
                address = self._address(name)
                caller = Caller.of(workload)
                ref = workload.meta.ref
                replicas.append(Replica(name, ref, caller, address, ports, OUTBOUND))
        for port in compilation.plan.gateway_ports:
            key = (port.selector, port.port)
            if key not in self.ports:
                self.ports[key] = next(self.gateways)
        wanted = {(port.selector, port.port) for port in compilation.plan.gateway_ports}
        return Placement(tuple(replicas), {key: self.ports[key] for key in wanted})


def _name(ref: Ref) -> str:
    return f"{ref.namespace}/{ref.name}"


async def exchange(connection: Connection, text: bytes) -> tuple[int, str]:
    """Write a request, return the answer's status and body."""
    reader, writer = connection
    writer.write(text)
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    _, _, length = head.partition("content-length: ")
    body = await reader.readexactly(int(length.partition("\r\n")[0] or 0))
    return int(head.split(" ", 2)[1]), body.decode()


async def _closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer every request with the address it came to and the lines of headers it came with."""
    own = writer.get_extra_info("sockname")[0].encode()
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            body = b"\n".join((own, *head.split(b"\r\n")[1:-2]))
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))
    except (asyncio.IncompleteReadError, ConnectionError):
        await _closed(writer)


@asynccontextmanager
async def envoy_reader(folder: Path) -> AsyncIterator[EnvoyReader]:
    """Start the program behind all replicas, and an Envoy with the first mesh served."""
    talks: set[asyncio.Task[None]] = set()

    def talk(incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        talks.add(asyncio.get_running_loop().create_task(echo(incoming, outgoing)))

    server = await asyncio.start_server(talk, "0.0.0.0", 0)  # noqa: S104 - every loopback address
    program = server.sockets[0].getsockname()[1]
    reader = EnvoyReader(EnvoyFleet(folder, Settings(concurrency=1)), program, _free_ports())
    try:
        yield reader
    finally:
        await reader.hang_up()
        await reader.fleet.down()
        server.close()
        await asyncio.gather(*talks)


def _free_ports() -> Iterator[int]:
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        yield port
