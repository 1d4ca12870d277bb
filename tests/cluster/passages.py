"""Ways from the pods' network to programs of this machine, as ports of the bridge.

Comes in: a private network, and for each port inside the port of 127.0.0.1 that it leads to. Goes
out: listeners, until the process ends. Sockets alone are inside, so what they lead to is outside,
where pods cannot reach. It copies bytes and knows nothing of them.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress

from laneway.adapters.netns import PrivateNetwork
from tests.cluster.service_addresses import copy

TCP = (socket.AF_INET, socket.SOCK_STREAM, 0)


def open_passages(network: PrivateNetwork, ways: Mapping[int, int]) -> None:
    """Begin to lead; a thread of this process goes on with it."""
    sockets = []
    for inside, outside in ways.items():
        [one] = network.sockets("", TCP)
        one.bind((network.between.bridge, inside))
        one.listen()
        sockets.append((one, outside))
    serve = asyncio.run
    threading.Thread(target=lambda: serve(_serve(sockets)), name="passages", daemon=True).start()


async def _serve(sockets: list[tuple[socket.socket, int]]) -> None:
    for one, port in sockets:

        async def lead(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int = port
        ) -> None:
            with suppress(OSError):
                onward, back = await asyncio.open_connection("127.0.0.1", port)
                await asyncio.gather(copy(reader, back), copy(onward, writer))

        await asyncio.start_server(lead, sock=one)
    await asyncio.Event().wait()
