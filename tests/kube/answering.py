"""The server's end of a connection: requests as values, and answers whole, in pieces, or cut.

Comes in: a stream of bytes. Goes out: what was asked; and the bytes of an answer, held back or
ended early where a fault wants it.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import h11
from msgspec import Struct

Object = dict[str, Any]


class Asked(Struct, frozen=True):
    """A request as the server got it."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any

    @property
    def is_watch(self) -> bool:
        return "watch" in self.query


class Answering:
    """Writes one answer."""

    def __init__(self, line: h11.Connection, writer: asyncio.StreamWriter) -> None:
        self.room = -1
        """Bytes until the connection is cut, if not negative."""
        self.is_held = False
        self._line = line
        self._writer = writer
        self._held: list[bytes] = []

    def whole(self, code: int, body: Object | str, headers: dict[str, str] | None = None) -> None:
        """Answer with a body of a length that is told."""
        text = (body if isinstance(body, str) else json.dumps(body)).encode()
        named = [("content-length", str(len(text))), *(headers or {}).items()]
        self._send(h11.Response(status_code=code, headers=named))
        self._send(h11.Data(data=text))
        self.end()

    def begin(self) -> None:
        """Begin an answer in chunks."""
        self._send(h11.Response(status_code=200, headers=[("transfer-encoding", "chunked")]))

    def piece(self, event: Object) -> None:
        """Send an event."""
        self._send(h11.Data(data=json.dumps(event).encode() + b"\n"))

    def end(self) -> None:
        """End the answer."""
        self._send(h11.EndOfMessage())

    def let_go(self) -> None:
        """Send what was held back."""
        self._writer.write(b"".join(self._held))

    def _send(self, event: h11.Event) -> None:
        sent = self._line.send(event) or b""
        if self.is_held:
            self._held.append(sent)
            return
        if self._writer.is_closing():
            raise ConnectionResetError
        if 0 <= self.room < len(sent):
            self._writer.write(sent[: self.room])
            raise ConnectionResetError
        self.room -= len(sent) if self.room >= 0 else 0
        self._writer.write(sent)


async def request_on(line: h11.Connection, reader: asyncio.StreamReader) -> Asked | None:
    head: h11.Request | None = None
    body = b""
    while True:
        event = line.next_event()
        match event:
            case h11.NEED_DATA:
                line.receive_data(await reader.read(65_536))
            case h11.Request():
                head = event
            case h11.Data():
                body += event.data
            case h11.EndOfMessage() if head is not None:
                parts = urlsplit(head.target.decode())
                return Asked(
                    head.method.decode(),
                    parts.path,
                    {key: value[0] for key, value in parse_qs(parts.query).items()},
                    {name.decode(): value.decode() for name, value in head.headers},
                    json.loads(body) if body else None,
                )
            case _:
                return None
