"""HTTP/1.1 over kept connections, read as it comes.

Comes in: a request. Goes out: its status, and a body in pieces, none of which is kept. h11 speaks
the protocol, this opens, keeps and closes connections; a library that does all costs 15 MB more in
a process that has about a hundred. Whoever asks bounds the waiting.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from functools import partial
from urllib.parse import urlsplit

import h11
from msgspec import Struct

from laneway.adapters.kube.access import Access
from laneway.adapters.kube.credentials import Presented
from laneway.adapters.kube.errors import NoAccess

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Dial = Callable[[Access, Presented], Awaitable[Streams]]
"""Opens a connection. Raises OSError, NoAccess."""

_PIECE = 65_536
_KEPT = 8
"""Connections that wait for another question; more come and go."""
_FRESH = 30.0
"""Seconds a connection may have waited: what lies between may have forgotten it after those."""
_LONGEST_HEAD = 65_536


class Question(Struct, frozen=True):
    """A request."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes = b""


class CutError(ConnectionError):
    """The connection ended, or said what is no HTTP, before the answer was whole."""


class Reply:
    """An answer's head; its body comes in pieces. Close it where it is not read to its end."""

    def __init__(self, line: Line, head: h11.Response, done: Callable[[Line], None]) -> None:
        """Take a head, and whom to tell that no more of the body is wanted."""
        self.status = head.status_code
        self.headers: Mapping[str, str] = {
            name.decode().lower(): value.decode("latin-1") for name, value in head.headers
        }
        self._line: Line | None = line
        self._done = done

    async def pieces(self) -> AsyncGenerator[bytes]:
        """Yield the body as it comes. Raises OSError."""
        while (line := self._line) is not None:
            event = await line.next_event()
            if isinstance(event, h11.Data):
                yield bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                self._line = None
                self._done(line)

    async def read(self) -> bytes:
        """Return the whole body. Raises OSError."""
        return b"".join([piece async for piece in self.pieces()])

    def close(self) -> None:
        """Let go of the connection, whatever was not read yet."""
        if self._line is not None:
            self._done(self._line)
            self._line = None


class Line:
    """One connection, and where it stands in the protocol."""

    def __init__(self, streams: Streams) -> None:
        self._reader, self._writer = streams
        self._state = h11.Connection(h11.CLIENT, max_incomplete_event_size=_LONGEST_HEAD)
        self.was_used = False
        self.idle_since = 0.0

    async def ask(self, question: Question) -> h11.Response:
        """Send a question and return the answer's head. Raises OSError."""
        length = [("content-length", str(len(question.body)))] if question.body else []
        try:
            request = h11.Request(
                method=question.method, target=question.target, headers=[*question.headers, *length]
            )
        except (h11.LocalProtocolError, UnicodeEncodeError) as error:
            raise NoAccess(f"what is to be sent is no header or path ({error})") from error
        sent = [self._state.send(request)]
        if question.body:
            sent.append(self._state.send(h11.Data(data=question.body)))
        sent.append(self._state.send(h11.EndOfMessage()))
        self._writer.write(b"".join(one for one in sent if one))
        await self._writer.drain()
        while not isinstance(event := await self.next_event(), h11.Response):
            if not isinstance(event, h11.InformationalResponse):
                raise CutError("the connection ended before an answer")
        return event

    async def next_event(self) -> h11.Event:
        """Return what comes next. Raises OSError."""
        try:
            while (event := self._state.next_event()) is h11.NEED_DATA:
                self._state.receive_data(await self._reader.read(_PIECE))
        except h11.RemoteProtocolError as error:
            self.close()
            raise CutError(f"the connection was cut ({error})") from error
        if isinstance(event, h11.ConnectionClosed) or not isinstance(event, h11.Event):
            self.close()
            raise CutError("the connection was closed")
        return event

    def is_open(self, now: float) -> bool:
        """Return whether another question may be put."""
        return not self._reader.at_eof() and now - self.idle_since < _FRESH

    def rest(self, now: float) -> bool:
        """Make ready for another question; return whether there may be one."""
        try:
            self._state.start_next_cycle()
        except h11.LocalProtocolError:
            return False
        self.was_used, self.idle_since = True, now
        return True

    def close(self) -> None:
        """End it at once, whether the other side hears of it or not."""
        self._writer.transport.abort()


class Connections:
    """The connections to one server, opened as needed."""

    def __init__(self, access: Access, dial: Dial) -> None:
        self._access = access
        self._dial = dial
        self._idle: list[tuple[Presented, Line]] = []
        self._open: set[Line] = set()
        self._is_closed = False

    async def ask(self, question: Question, presented: Presented, *, fresh: bool) -> Reply:
        """Put a question; `fresh` opens a connection for it. Raises OSError, NoAccess."""
        line = None if fresh else self._kept(presented)
        if line is None:
            line = Line(await self._dial(self._access, presented))
        self._open.add(line)
        try:
            head = await line.ask(question)
        except BaseException:
            self._drop(line)
            raise
        return Reply(line, head, partial(self._done, presented))

    def close(self) -> None:
        """End all connections."""
        self._is_closed = True
        for line in (*self._open, *(line for _, line in self._idle)):
            line.close()
        self._open.clear()
        self._idle.clear()

    def _kept(self, presented: Presented) -> Line | None:
        """Return a connection that waits for a question, with the same certificate."""
        now = asyncio.get_running_loop().time()
        while self._idle:
            shown, line = self._idle.pop()
            if shown.certificate == presented.certificate and line.is_open(now):
                return line
            line.close()
        return None

    def _done(self, presented: Presented, line: Line) -> None:
        """Keep a line for another question, if its answer was read to the end."""
        now = asyncio.get_running_loop().time()
        if self._is_closed or len(self._idle) >= _KEPT or not line.rest(now):
            self._drop(line)
        else:
            self._open.discard(line)
            self._idle.append((presented, line))

    def _drop(self, line: Line) -> None:
        self._open.discard(line)
        line.close()


async def dialed(access: Access, presented: Presented) -> Streams:
    """Open a connection to an API server, through its proxy if it has one."""
    secured = access.secured(presented)
    name = access.cluster.tls_server_name or access.host
    if access.proxy:
        reader, writer = await _through(access.proxy, access)
        try:
            if secured is not None:
                await writer.start_tls(secured, server_hostname=name)
        except BaseException:
            writer.transport.abort()
            raise
    else:
        reader, writer = await asyncio.open_connection(
            access.host,
            access.port,
            ssl=secured,
            server_hostname=name if secured is not None else None,
        )
    _keep_alive(writer)
    return reader, writer


async def _through(proxy: str, access: Access) -> Streams:
    """Open a connection that a proxy leads on. https://www.rfc-editor.org/rfc/rfc9110#CONNECT."""
    parts = urlsplit(proxy)
    if parts.scheme != "http" or not parts.hostname:
        raise NoAccess(f"{access.origin}: the proxy {proxy!r} is none of http://HOST:PORT")
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
    target = access.authority
    pair = f"{parts.username}:{parts.password or ''}".encode()
    basic = f"proxy-authorization: Basic {base64.b64encode(pair).decode()}\r\n"
    who = basic if parts.username else ""
    writer.write(f"CONNECT {target} HTTP/1.1\r\nhost: {target}\r\n{who}\r\n".encode())
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        writer.close()
        raise CutError(f"proxy {parts.hostname} closed the connection") from error
    if head.split()[1:2] != [b"200"]:
        writer.close()
        raise CutError(f"proxy {parts.hostname} says {head.splitlines()[0].decode('latin-1')!r}")
    return reader, writer


def _keep_alive(writer: asyncio.StreamWriter) -> None:
    """Have the kernel ask whether the other side is there: a watch may say nothing for long."""
    connection: socket.socket = writer.get_extra_info("socket")
    with contextlib.suppress(OSError, AttributeError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 20)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 10)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)
