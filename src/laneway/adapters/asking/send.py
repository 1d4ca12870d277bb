"""One request, sent a number of times to one address, in the words of HTTP/1.1.

Comes in: an address, a request, how often. Goes out: an answer for each: status, the beginning of
its body, and the id by which proxies write the request down. Nothing leads elsewhere: a redirect is
an answer like any other, the request's host is a header and never a place to connect to, and a
request that may change something is sent only if somebody confirmed it. Whoever asks may cancel.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from urllib.parse import quote
from uuid import uuid4

import h11
from msgspec import Struct

from laneway.core.routing.ask.request import Request

MOST_TIMES = 100
AT_ONCE = 4
PATIENCE = 10.0
"""Seconds an answer may take, and a connection to be made."""
LONGEST_BODY = 4096
"""Bytes of an answer's body that are kept; what is longer is cut and its connection closed."""
LONGEST_SENT = 65_536
"""Bytes of a body that is sent."""
HARMLESS = frozenset({"GET", "HEAD"})
"""Methods that change nothing, as far as programs keep to HTTP."""
REQUEST_ID = "x-request-id"
_PIECE = 16_384
_KEPT_IN_A_PATH = "/?#[]@!$&'()*+,;=:%~-._"

Clock = Callable[[], float]


class NotConfirmedError(Exception):
    """The request may change something, and nobody said that it may be sent."""


class GivenAddress(Struct, frozen=True):
    """Where a gateway is reached: the only place to which anything is sent."""

    host: str
    port: int


class GatewayAnswer(Struct, frozen=True, rename="camel"):
    """What came back. `status` is 0 where nothing did, and `trouble` says why.

    `id` is the x-request-id it was sent with; `ms` how long it took.
    """

    id: str
    status: int = 0
    body: str = ""
    is_cut: bool = False
    trouble: str = ""
    ms: float = 0.0


class Sending(Struct, frozen=True):
    """What is to be sent, how often, and whether somebody said that it may change something."""

    request: Request
    body: bytes = b""
    times: int = 1
    confirmed: bool = False
    patience: float = PATIENCE


async def send(
    address: GivenAddress, sending: Sending, clock: Clock = time.monotonic
) -> AsyncGenerator[GatewayAnswer]:
    """Send, and yield the answers as they come. Raises NotConfirmedError and ValueError.

    Ending the iteration ends what is under way.
    """
    _check(sending)
    answers: asyncio.Queue[GatewayAnswer] = asyncio.Queue()
    left = iter(range(sending.times))
    tasks = [
        asyncio.create_task(_Sender(address, sending, clock, answers).run(left))
        for _ in range(min(AT_ONCE, sending.times))
    ]
    try:
        for _ in range(sending.times):
            yield await answers.get()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _check(sending: Sending) -> None:
    """Refuse what must not be sent."""
    method = sending.request.method
    if method not in HARMLESS and not sending.confirmed:
        raise NotConfirmedError(f"{method} may change something")
    if not 1 <= sending.times <= MOST_TIMES:
        raise ValueError(f"a request is sent 1 to {MOST_TIMES} times, not {sending.times}")
    if len(sending.body) > LONGEST_SENT:
        raise ValueError(f"a body of more than {LONGEST_SENT} bytes is not sent")


class _Sender:
    """Sends one after the other on a connection of its own, which is kept as long as it holds."""

    def __init__(
        self,
        address: GivenAddress,
        sending: Sending,
        clock: Clock,
        answers: asyncio.Queue[GatewayAnswer],
    ) -> None:
        self._address = address
        self._sending = sending
        self._clock = clock
        self._answers = answers
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._http = h11.Connection(h11.CLIENT)

    async def run(self, left: Iterator[int]) -> None:
        """Send until nothing is left."""
        try:
            for _ in left:
                self._answers.put_nowait(await self._ask())
        finally:
            self._close()

    async def _ask(self) -> GatewayAnswer:
        own = dict(self._sending.request.headers)
        number = next((own[name] for name in own if name.lower() == REQUEST_ID), str(uuid4()))
        begun = self._clock()
        try:
            async with asyncio.timeout(self._sending.patience):
                status, body = await self._again(number)
        except (OSError, TimeoutError, h11.ProtocolError, EOFError) as error:
            self._close()
            return GatewayAnswer(number, trouble=_reason(error), ms=self._since(begun))
        cut = body[:LONGEST_BODY].decode(errors="replace")
        return GatewayAnswer(number, status, cut, len(body) > LONGEST_BODY, ms=self._since(begun))

    def _since(self, begun: float) -> float:
        return round((self._clock() - begun) * 1000, 1)

    async def _again(self, number: str) -> tuple[int, bytes]:
        """Send once; on a kept connection that was closed meanwhile, once more on a new one."""
        is_kept = self._streams is not None
        try:
            return await self._exchange(number)
        except (ConnectionError, EOFError):
            self._close()
            if not is_kept:
                raise
            return await self._exchange(number)

    async def _exchange(self, number: str) -> tuple[int, bytes]:
        if self._streams is None:
            host, port = self._address.host, self._address.port
            self._streams = await asyncio.open_connection(host, port)
            self._http = h11.Connection(h11.CLIENT)
        reader, writer = self._streams
        writer.write(self._spelled(number))
        await writer.drain()
        status, body = 0, b""
        while True:
            event = await self._event(reader)
            if isinstance(event, h11.Response):
                status = event.status_code
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
            if isinstance(event, h11.EndOfMessage) or len(body) > LONGEST_BODY:
                self._settle()
                return status, body

    def _spelled(self, number: str) -> bytes:
        """Return the request as it goes over the wire."""
        request = self._sending.request
        headers = [("host", request.host or "localhost"), *request.headers]
        names = {name.lower() for name, _ in headers}
        headers += [(REQUEST_ID, number)] if REQUEST_ID not in names else []
        if self._sending.body and "content-length" not in names:
            headers.append(("content-length", str(len(self._sending.body))))
        head = h11.Request(
            method=request.method,
            target=quote(request.path, safe=_KEPT_IN_A_PATH),
            headers=[(name.encode(), value.encode()) for name, value in headers],
        )
        found = [self._http.send(head)]
        found += [self._http.send(h11.Data(self._sending.body))] if self._sending.body else []
        found.append(self._http.send(h11.EndOfMessage()))
        return b"".join(one for one in found if one)

    async def _event(self, reader: asyncio.StreamReader) -> h11.Event:
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                self._http.receive_data(await reader.read(_PIECE))
            elif isinstance(event, h11.ConnectionClosed):
                raise EOFError("the connection was closed before the answer was whole")
            elif isinstance(event, h11.Event):
                return event
            else:
                raise EOFError("the answer went on behind its end")

    def _settle(self) -> None:
        """Make ready for the next request, on a new connection if this one is done."""
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()
        else:
            self._close()

    def _close(self) -> None:
        if self._streams is not None:
            with contextlib.suppress(OSError):
                self._streams[1].close()
        self._streams = None


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer within the time"
    return str(error) or type(error).__name__
