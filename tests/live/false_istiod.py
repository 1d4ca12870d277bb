"""An istiod of this process that says what a test tells it to say.

Comes in: tables and clusters, push by push, and what it lists of proxies. Goes out: nothing but
what a real one would answer on the port of proxies and on its debug page. It knows one mesh for
everybody, and counts who is joined.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import msgspec
from grpclib.const import Cardinality, Handler, Status
from grpclib.exceptions import GRPCError
from grpclib.server import Server, Stream

from laneway.adapters.istiod.links import METHODS, Bytes
from laneway.adapters.istiod.messages import CLUSTER, ENDPOINTS, TABLE, Form
from laneway.adapters.istiod.protobuf import inner, part, text, text_of
from laneway.core.live.following import ListedProxy
from laneway.core.live.replicas import IstiodReplica
from laneway.core.live.seen import Route

Tables = Mapping[str, Mapping[str, Iterable[Route]]]


class FalseIstiod:
    """Answers joined proxies; `push` is the number of the last push."""

    def __init__(self, name: str = "istiod-1") -> None:
        self.name, self.push, self.refuses, self.page = name, 7, False, b""
        self.is_silent = False
        """Whether its page gets no answer."""
        self.tables: Tables = {}
        self.mark = ""
        """What else is written in each route, which no name tells."""
        self.clusters: tuple[str, ...] = ()
        self.addresses: Mapping[str, tuple[str, ...]] = {}
        self.listed: Callable[[], list[ListedProxy]] = list
        self.asked: list[tuple[str, tuple[str, ...]]] = []
        self.acknowledged: list[str] = []
        self.joined: dict[object, asyncio.Event] = {}
        self.replica = IstiodReplica(name, "127.0.0.1")
        self._moved = asyncio.Event()

    async def until(self, check: Callable[[], bool]) -> None:
        """Wait until something holds of who is joined and what was acknowledged."""
        while not check():
            self._moved.clear()
            await self._moved.wait()

    def send(self, push: int) -> None:
        """Push what is true now to everybody who is joined."""
        self.push = push
        for told in self.joined.values():
            told.set()

    def __mapping__(self) -> dict[str, Handler]:
        """Return what is answered where, as the library wants it."""

        def handler(form: Form) -> Handler:
            async def answer(stream: Stream[bytes, bytes]) -> None:
                await self._serve(form, stream)

            return Handler(answer, Cardinality.STREAM_STREAM, bytes, bytes)

        return {path: handler(form) for form, path in METHODS.items()}

    async def _serve(self, form: Form, stream: Stream[bytes, bytes]) -> None:
        if self.refuses:
            raise GRPCError(Status.PERMISSION_DENIED, "not for you")
        told = self.joined[stream] = asyncio.Event()
        wanted: dict[str, tuple[str, ...]] = {}
        pushing = asyncio.create_task(self._push(form, stream, told, wanted))
        try:
            while (message := await stream.recv_message()) is not None:
                view = memoryview(message)
                kind = text_of(view, 2 if form == "delta" else 4)
                nonce = text_of(view, 6 if form == "delta" else 5)
                if nonce:
                    self.acknowledged.append(nonce)
                    self._moved.set()
                    continue
                wanted[kind] = tuple(str(one, "utf-8") for one in inner(view, 3))
                self.asked.append((kind, wanted[kind]))
                await stream.send_message(self._answer(form, kind, wanted[kind]))
        finally:
            pushing.cancel()
            del self.joined[stream]
            self._moved.set()

    async def _push(
        self,
        form: Form,
        stream: Stream[bytes, bytes],
        told: asyncio.Event,
        wanted: Mapping[str, tuple[str, ...]],
    ) -> None:
        while await told.wait():
            told.clear()
            for kind, names in wanted.items():
                await stream.send_message(self._answer(form, kind, names))

    def _answer(self, form: Form, kind: str, names: Iterable[str]) -> bytes:
        wrapped = [part(2, one) for one in map(_any, self._resources(kind, names))]
        if form == "delta":
            wrapped = [part(2, part(2, one)) for one in map(_any, self._resources(kind, names))]
        version = f"2026-01-01T00:00:00Z/{self.push}"
        return b"".join(wrapped) + text(4, kind) + text(5, version + "0" * 36)

    def _resources(self, kind: str, names: Iterable[str]) -> list[bytes]:
        if kind == TABLE:
            return [_table(name, self.tables.get(name, {}), self.mark) for name in names]
        if kind == CLUSTER:
            return [text(1, name) for name in names if name in self.clusters]
        assert kind == ENDPOINTS
        return [_endpoints(name, self.addresses.get(name, ())) for name in names]

    async def _show(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if self.is_silent:
            await reader.read()  # until the caller has gone
            writer.close()
            return
        body = self.page or msgspec.json.encode(self.listed())
        status = b"403 Forbidden" if self.refuses else b"200 OK"
        writer.write(b"HTTP/1.0 " + status + b"\r\n\r\n" + body)
        await writer.drain()
        writer.close()


def _any(resource: bytes) -> bytes:
    return part(2, resource)


def _table(name: str, hosts: Mapping[str, Iterable[Route]], mark: str) -> bytes:
    told = [
        part(2, text(1, host) + b"".join(part(3, _route(one) + text(99, mark)) for one in routes))
        for host, routes in hosts.items()
    ]
    return text(1, name) + b"".join(told)


def _route(route: Route) -> bytes:
    if len(route.clusters) == 1:
        action = text(1, route.clusters[0][0])
    else:
        shares = [part(1, text(1, to) + part(2, bytes([8, of]))) for to, of in route.clusters]
        action = part(3, b"".join(shares))
    return part(2, action) + text(14, route.name)


def _endpoints(name: str, addresses: Iterable[str]) -> bytes:
    found = [part(2, part(2, part(1, part(1, part(1, text(2, one)))))) for one in addresses]
    return text(1, name) + b"".join(found)


@asynccontextmanager
async def serving(*istiods: FalseIstiod) -> AsyncIterator[None]:
    """Have istiods answer on ports of this machine."""
    opened: list[Any] = []
    for one in istiods:
        await begin(one, opened)
    try:
        yield
    finally:
        for server in opened:
            server.close()
        for server in opened:
            with suppress(asyncio.CancelledError):
                await server.wait_closed()


async def begin(one: FalseIstiod, opened: list[Any]) -> None:
    """Open an istiod's two ports."""
    proxies = Server([one], codec=Bytes())
    await proxies.start("127.0.0.1", 0)
    pages = await asyncio.start_server(one._show, "127.0.0.1", 0)  # noqa: SLF001 - its own page
    opened += [proxies, pages]
    plain = proxies._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]  # noqa: SLF001
    debug = pages.sockets[0].getsockname()[1]
    one.replica = IstiodReplica(one.name, "127.0.0.1", plain=plain, secure=0, debug=debug)
