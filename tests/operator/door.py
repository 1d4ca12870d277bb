"""A way to the API server on which an operator can be struck at any of its writes.

Comes in: an API server, and a port of this machine for one operator, which speaks plain HTTP there.
Goes out: all that it asks, over TLS. It counts what writes (a Lease aside), and at a number that
was told it has something done: before the request is led on, or when the server has carried it out
and the answer is still here. Struck, a request is led no further, unless it is said.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Self

from msgspec import Struct

from tests.cluster.api_server import ApiServer

WRITES = (b"POST", b"PUT", b"PATCH", b"DELETE")
LARGEST = 4 * 1024 * 1024
CHUNK = 65536


class Strike(Struct):
    """What is to happen at a write; `left` are the writes until then, this one with them.

    `is_after` says that the server carries the write out. Where it `leads_on` the one who asks gets
    the answer.
    """

    left: int
    act: Callable[[Door], None]
    is_after: bool = False
    leads_on: bool = False
    has_struck: bool = False


class Door:
    """Leads one operator to an API server for as long as its context lasts."""

    def __init__(self, api: ApiServer) -> None:
        self.strike: Strike | None = None
        """May be shared by several doors: the first whose operator gets there is struck."""
        self.writes = 0
        self.connections = 0
        """How many came, those turned away too."""
        self.is_shut = False
        """Whether who comes is turned away."""
        self.port = 0
        self._api = api
        self._trusted = ssl.create_default_context(cafile=api.certificate)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._servers: list[asyncio.Server] = []
        self._led: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        """Where its operator finds the API server."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        serving = asyncio.start_server(self._lead, "127.0.0.1", 0, limit=LARGEST)
        server = asyncio.run_coroutine_threadsafe(serving, self._loop).result()
        self._servers.append(server)
        self.port = server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        self.is_shut = True
        asyncio.run_coroutine_threadsafe(self._ended(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def shut(self) -> None:
        """End all connections, those of watches too, and turn away who comes until `open`."""
        self.is_shut = True
        self._loop.call_soon_threadsafe(self._cut)

    def open(self) -> None:
        """Lead on again."""
        self.is_shut = False

    def _cut(self) -> None:
        for one in self._led:
            one.transport.abort()

    async def _ended(self) -> None:
        for one in self._servers:
            one.close()
        self._cut()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)

    async def _lead(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        """Lead a connection on, request by request; what comes back is led back as it comes."""
        self._led.add(back)
        self.connections += 1
        try:
            with suppress(OSError, EOFError):
                if not self.is_shut:
                    await self._between(near, back)
        finally:
            self._led.discard(back)
            back.transport.abort()

    async def _between(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        port = self._api.port
        far, on = await asyncio.open_connection("127.0.0.1", port, ssl=self._trusted)
        returning = asyncio.create_task(_copied(far, back))
        try:
            while True:
                head = await near.readuntil(b"\r\n\r\n")
                body = await near.readexactly(_length(head))
                strike = self._struck_by(head)
                if strike and not strike.is_after:
                    self._strike(strike)
                    if not strike.leads_on:
                        return
                elif strike:
                    returning.cancel()
                    await asyncio.wait({returning})
                on.write(head + body)
                await on.drain()
                if strike and strike.is_after:
                    answer = await far.read(CHUNK)
                    self._strike(strike)
                    if not strike.leads_on:
                        return
                    back.write(answer)
                    returning = asyncio.create_task(_copied(far, back))
        finally:
            returning.cancel()
            on.transport.abort()

    def _struck_by(self, head: bytes) -> Strike | None:
        """Count a request, and say whether it is the one that something happens at."""
        words = head.split(b" ", 2)
        if words[0] not in WRITES or b"/leases" in words[1]:
            return None
        self.writes += 1
        strike = self.strike
        if strike is None or strike.left <= 0:
            return None
        strike.left -= 1
        return strike if strike.left == 0 else None

    def _strike(self, strike: Strike) -> None:
        strike.act(self)
        strike.has_struck = True


async def _copied(some: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
    """Lead back what comes, until nothing does; then the connection ends."""
    with suppress(OSError):
        while said := await some.read(CHUNK):
            to.write(said)
            await to.drain()
    to.transport.abort()


def _length(head: bytes) -> int:
    """Return how long the body of a request is."""
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0
