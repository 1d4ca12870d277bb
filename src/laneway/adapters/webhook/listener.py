"""An HTTP server for webhooks: one request a connection, small, in time, and not too many.

Comes in: an address, and a function that answers a request's headers and body. Goes out: an asyncio
server, to be closed. It does not begin beyond this machine unless requests have to be signed. A
body beyond the limit is refused at its announcement, a slow client is let go, and one address is
answered so many times a minute.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from http import HTTPStatus

import h11

Reply = tuple[int, str]
Answering = Callable[[Sequence[tuple[str, str]], bytes], Reply]
"""Gets headers, their names in lower case, and a body; says a status and a line."""

PATHS = ("/webhook", "/api/webhook")
"""Where webhooks are taken; the second is where Argo CD takes them."""
LARGEST_BODY = 1_000_000
PATIENCE = 10.0
"""Seconds from a connection to its answer."""
MOST_AT_ONCE = 32
A_MINUTE = 60
"""How many requests of one address are answered in a minute."""
_MOST_ADDRESSES = 1_000
_LARGEST_HEAD = 16_384
_CHUNK = 65_536


class Unguarded(Exception):  # noqa: N818 - it says what is the case
    """An address beyond this machine, and no secret that senders would have to know."""


async def listening(address: str, answer: Answering, *, is_guarded: bool) -> asyncio.Server:
    """Listen at `HOST:PORT`; without a host on this machine alone. Raises OSError and Unguarded.

    `is_guarded` says that `answer` believes only those who know a secret.
    """
    host, _, port = address.rpartition(":")
    host = host.strip("[]") or "127.0.0.1"
    if not (is_guarded or _is_loopback(host)):
        raise Unguarded(f"{address} can be reached from elsewhere, and there is no secret")
    return await asyncio.start_server(_Doorkeeper(answer).meet, host, int(port))


class _Doorkeeper:
    """Meets each connection."""

    def __init__(self, answer: Answering) -> None:
        self._answer = answer
        self._open = 0
        self._met: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """How many requests each address has left, and when that was so."""

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request and hang up; at once where there are too many."""
        self._open += 1
        try:
            # a client that hangs up before it has asked is answered by nobody
            with suppress(OSError, TimeoutError, h11.LocalProtocolError):
                if self._open > MOST_AT_ONCE:
                    return
                async with asyncio.timeout(PATIENCE):
                    await self._conversation(reader, writer)
        finally:
            self._open -= 1
            writer.close()

    async def _conversation(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        talk = h11.Connection(h11.SERVER, max_incomplete_event_size=_LARGEST_HEAD)
        status, text = await self._replied(talk, reader, writer)
        body = f"{text}\n".encode()
        headers = [
            ("content-type", "text/plain; charset=utf-8"),
            ("content-length", str(len(body))),
            ("connection", "close"),
        ]
        said = [
            talk.send(h11.Response(status_code=status, headers=headers)),
            talk.send(h11.Data(data=body)),
            talk.send(h11.EndOfMessage()),
        ]
        writer.write(b"".join(part for part in said if part))
        await writer.drain()
        if talk.their_state is h11.SEND_BODY:
            await _let_run_out(reader, writer)

    async def _replied(
        self, talk: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> Reply:
        """Read a request as far as it is of use, and say what is answered."""
        try:
            request = await _next(talk, reader)
            if not isinstance(request, h11.Request):
                return HTTPStatus.BAD_REQUEST, "no request"
            refused = self._refused(request, str(writer.get_extra_info("peername")[0]))
            return refused or await self._taken(request, talk, reader)
        except h11.RemoteProtocolError as error:
            return error.error_status_hint or HTTPStatus.BAD_REQUEST, "no HTTP request"

    def _refused(self, request: h11.Request, sender: str) -> Reply | None:
        """Return what is answered before a body is read; None where it is wanted."""
        if request.target.partition(b"?")[0].decode("latin-1") not in PATHS:
            return HTTPStatus.NOT_FOUND, f"webhooks are taken at {PATHS[0]}"
        if request.method != b"POST":
            return HTTPStatus.METHOD_NOT_ALLOWED, "POST only"
        if not self._has_left(sender):
            return HTTPStatus.TOO_MANY_REQUESTS, f"{A_MINUTE} requests a minute are answered"
        for name, value in request.headers:
            if name == b"content-length" and int(value) > LARGEST_BODY:
                return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"at most {LARGEST_BODY:,} bytes"
        return None

    async def _taken(
        self, request: h11.Request, talk: h11.Connection, reader: asyncio.StreamReader
    ) -> Reply:
        body = bytearray()
        while not isinstance(event := await _next(talk, reader), h11.EndOfMessage):
            if isinstance(event, h11.Data):
                body += event.data
            else:
                return HTTPStatus.BAD_REQUEST, "the body has no end"
            if len(body) > LARGEST_BODY:
                return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"at most {LARGEST_BODY:,} bytes"
        headers = [(name.decode(), value.decode("latin-1")) for name, value in request.headers]
        return self._answer(headers, bytes(body))

    def _has_left(self, sender: str) -> bool:
        """Whether an address may ask once more: what it has left grows again with time."""
        now = asyncio.get_running_loop().time()
        left, then = self._met.pop(sender, (float(A_MINUTE), now))
        left = min(float(A_MINUTE), left + (now - then) * A_MINUTE / 60)
        self._met[sender] = (max(0.0, left - 1), now)
        if len(self._met) > _MOST_ADDRESSES:
            self._met.popitem(last=False)
        return left >= 1


async def _next(talk: h11.Connection, reader: asyncio.StreamReader) -> object:
    """Return the next part of a request."""
    while (event := talk.next_event()) is h11.NEED_DATA:
        talk.receive_data(await reader.read(_CHUNK))
    return event


async def _let_run_out(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take what is still sent, and drop it: whoever is cut off while sending reads no answer."""
    writer.write_eof()
    dropped = 0
    while dropped < 4 * LARGEST_BODY and (part := await reader.read(_CHUNK)):
        dropped += len(part)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
