"""The name server of a private network.

Comes in: two sockets inside the network, for packets and for connections. Goes out: answers, until
it is closed. It runs in a thread of its own, since a program must not wait for what a mesh is
compiling; the sockets alone are inside, so it asks the names of this machine as everybody does.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from struct import pack, unpack
from typing import Any, cast

from laneway.adapters.netns.answering import Answers
from laneway.adapters.netns.holding import Kind
from laneway.adapters.netns.network import PrivateNetwork

PORT = 53
_PACKET_KIND: Kind = (socket.AF_INET, socket.SOCK_DGRAM, 0)
_CONNECTION_KIND: Kind = (socket.AF_INET, socket.SOCK_STREAM, 0)
_LONGEST_MESSAGE = 65535
_AT_ONCE = 32
"""Names that this machine is asked at once: a resolver that does not answer takes its time."""

_IDLE = 10.0
"""Seconds a connection may be silent."""


class NameServer:
    """Answers questions about names; `answers` may be changed meanwhile."""

    def __init__(
        self, answers: Answers, packets: socket.socket, connections: socket.socket
    ) -> None:
        """Begin to answer at two sockets, which are this server's from now on."""
        self.answers = answers
        self._packets, self._connections = packets, connections
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._run, name="names", daemon=True)
        self._thread.start()

    @classmethod
    def inside(cls, network: PrivateNetwork, answers: Answers) -> NameServer:
        """Answer the programs of a private network. Raises NetworkError."""
        packets, connections = network.sockets("", _PACKET_KIND, _CONNECTION_KIND)
        for one in (packets, connections):
            one.bind((network.between.bridge, PORT))
        connections.listen()
        return cls(answers, packets, connections)

    def close(self) -> None:
        """End; questions under way get no answer."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(_AT_ONCE, "names"))
        transport, _ = await loop.create_datagram_endpoint(
            lambda: _Packets(self), sock=self._packets
        )
        server = await asyncio.start_server(self._converse, sock=self._connections)
        try:
            await self._stop.wait()
        finally:
            server.close()
            transport.close()

    def reply(
        self, transport: asyncio.DatagramTransport, packet: bytes, to: tuple[Any, ...]
    ) -> None:
        """Answer a packet as soon as the answer is known."""

        async def answer() -> None:
            if (found := await self.answers.answer(packet)) is not None:
                transport.sendto(found, to)

        task = self._loop.create_task(answer())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the questions of one connection, each behind its length."""
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):  # a timeout is an OSError
            while True:
                async with asyncio.timeout(_IDLE):
                    [length] = unpack("!H", await reader.readexactly(2))
                    packet = await reader.readexactly(length)
                if (found := await self.answers.answer(packet, _LONGEST_MESSAGE)) is None:
                    break
                writer.write(pack("!H", len(found)) + found)
                await writer.drain()
        writer.close()


class _Packets(asyncio.DatagramProtocol):
    """The questions that come as packets."""

    def __init__(self, server: NameServer) -> None:
        self.server = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        self.server.reply(self.transport, data, addr)
