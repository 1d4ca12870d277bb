"""The pages that are asked over HTTP: metrics, and whether all is well.

Comes in: paths and what they say. Goes out: a server that answers GET on them and nothing else.
Written here because it is a page, and any library for it weighs more than the operator.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress

Answer = Callable[[], tuple[int, str]]
"""Says a status and a text."""
PATIENCE = 5.0
_MOST_LINES = 100
_TEXT = "text/plain; version=0.0.4; charset=utf-8"
_WORDS = {200: "OK", 404: "Not Found", 405: "Method Not Allowed", 503: "Service Unavailable"}


async def served(address: str, pages: Mapping[str, Answer]) -> asyncio.Server:
    """Serve pages at `HOST:PORT`; without a host on every address. Raises OSError."""
    host, _, port = address.rpartition(":")

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, TimeoutError, asyncio.IncompleteReadError, ValueError):
            async with asyncio.timeout(PATIENCE):
                status, text = _answer(await _asked(reader), pages)
                body = text.encode()
                head = (
                    f"HTTP/1.1 {status} {_WORDS[status]}\r\nContent-Type: {_TEXT}\r\n"
                    f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
                )
                writer.write(head.encode() + body)
                await writer.drain()
        writer.close()

    return await asyncio.start_server(answer, host.strip("[]") or None, int(port))


async def _asked(reader: asyncio.StreamReader) -> tuple[str, str]:
    """Return the method and path of a request, read to the end of its head."""
    method, target, _ = (await reader.readuntil(b"\r\n")).decode("latin-1").split(" ", 2)
    for _ in range(_MOST_LINES):
        if await reader.readuntil(b"\r\n") == b"\r\n":
            break
    return method, target.partition("?")[0]


def _answer(asked: tuple[str, str], pages: Mapping[str, Answer]) -> tuple[int, str]:
    method, path = asked
    if path not in pages:
        return 404, "not found\n"
    return pages[path]() if method in ("GET", "HEAD") else (405, "GET only\n")
