"""Addresses of services on a node: each connection to one is led to the next of its pods in turn.

Comes in: a file that says, for each address and port, where its ready pods listen; it may be
replaced at any time. Goes out: connections. It stands for kube-proxy, and only pods without a proxy
of their own come here. It runs alone in the network between the pods, so it imports nothing else.
https://kubernetes.io/docs/reference/networking/virtual-ips
"""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import suppress
from functools import partial
from itertools import count
from pathlib import Path

LOOK = 0.05
"""Seconds between looks at the file."""


class Addresses:
    """The addresses at which it listens, and where each leads."""

    def __init__(self) -> None:
        self.listening: dict[str, asyncio.Server] = {}
        self.ready: dict[str, list[str]] = {}
        self.turns = count()

    async def settle(self, ready: dict[str, list[str]]) -> None:
        """Listen where something is to be reached, and nowhere else."""
        self.ready = ready
        for gone in self.listening.keys() - ready.keys():
            self.listening.pop(gone).close()
        for fresh in ready.keys() - self.listening.keys():
            where, _, port = fresh.partition(":")
            lead = partial(self._lead, fresh)
            self.listening[fresh] = await asyncio.start_server(lead, where, int(port))

    async def _lead(
        self, service: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Lead a connection to a pod; without one it is reset."""
        pods = self.ready.get(service)
        if not pods:
            writer.transport.abort()
            return
        where, _, port = pods[next(self.turns) % len(pods)].partition(":")
        try:
            onward, back = await asyncio.open_connection(where, int(port))
        except OSError:
            writer.transport.abort()
            return
        await asyncio.gather(copy(reader, back), copy(onward, writer))


async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Copy until one side has had enough; then the other is told."""
    with suppress(OSError):
        while found := await reader.read(65536):
            writer.write(found)
            await writer.drain()
    writer.close()


async def follow(file: Path) -> None:
    """Lead as a file says, for as long as this process lives."""
    addresses, known = Addresses(), b""
    while True:
        if (now := _read(file)) != known:
            await addresses.settle(json.loads(now))
            known = now
        await asyncio.sleep(LOOK)


def _read(file: Path) -> bytes:
    """Return what a file holds, nothing if it is not there yet."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return b""


if __name__ == "__main__":
    asyncio.run(follow(Path(sys.argv[1])))
