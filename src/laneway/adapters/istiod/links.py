"""Connections to one istiod: streams on which a proxy asks, and its debug pages.

Comes in: a replica and credentials. Goes out: messages as bytes. Refusals are NoAccessError,
everything that may be over in a moment is OSError. The port without TLS takes any proxy of any
namespace and is told no token; the one with TLS takes those of the token's namespace alone.
https://istio.io/latest/docs/ops/deployment/application-requirements/#ports-used-by-istio
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

from grpclib.client import Channel, Stream
from grpclib.config import Configuration
from grpclib.const import Cardinality, Status
from grpclib.encoding.base import CodecBase
from grpclib.exceptions import GRPCError, ProtocolError, StreamTerminatedError

from laneway.adapters.istiod.credentials import IstiodCredentials
from laneway.adapters.istiod.messages import Form
from laneway.core.live.replicas import IstiodReplica

SERVICE = "/envoy.service.discovery.v3.AggregatedDiscoveryService/"
METHODS: dict[Form, str] = {
    "delta": f"{SERVICE}DeltaAggregatedResources",
    "state": f"{SERVICE}StreamAggregatedResources",
}
REFUSALS = (Status.UNAUTHENTICATED, Status.PERMISSION_DENIED)
PATIENCE = 5.0
"""Seconds in which istiod takes a connection, or gives a page."""
LEAVING = 1.0
"""Seconds in which a connection ends."""


class NoAccessError(Exception):
    """istiod refuses to answer whoever asks."""


class _LeftError(Exception):
    """A stream is left that could go on."""


class Bytes(CodecBase):
    """Messages are spelled and read elsewhere."""

    __content_subtype__ = "proto"

    def encode(self, message: Any, message_type: Any) -> bytes:  # noqa: ARG002 - the codec's form
        """Take a message that is bytes already."""
        return bytes(message)

    def decode(self, data: bytes, message_type: Any) -> bytes:  # noqa: ARG002 - as above
        """Give a message as its bytes."""
        return data


class Talk:
    """A stream of requests and answers."""

    def __init__(self, stream: Stream[bytes, bytes]) -> None:
        self._stream = stream

    async def say(self, message: bytes) -> None:
        """Send a request. Raises NoAccessError, OSError."""
        with _told_apart():
            await self._stream.send_message(message)

    async def hear(self) -> bytes:
        """Return the next answer. Raises NoAccessError, OSError; the end is one."""
        with _told_apart():
            try:
                message = await self._stream.recv_message()
            except StreamTerminatedError:
                self._stream._maybe_raise()  # noqa: SLF001 - istiod says why, and resets the stream
                raise
            if message is None:
                await self._stream.recv_trailing_metadata()
        if message is None:
            raise ConnectionResetError("istiod ended the stream")
        return message


class Links:
    """Connections to one replica: each is made when it is first needed, and shared by streams.

    `is_closed`: the port without TLS could not be reached.
    """

    def __init__(self, replica: IstiodReplica, credentials: IstiodCredentials) -> None:
        self.replica, self.credentials = replica, credentials
        self.is_closed = False
        self._channels: dict[int, Channel] = {}

    def is_secure_for(self, namespace: str) -> bool:
        """Whether a proxy of a namespace asks at the port with TLS: only the token's own can."""
        known = self.credentials.has_token and self.credentials.has_root
        return bool(self.replica.secure and known and namespace == self.credentials.namespace())

    @asynccontextmanager
    async def talk(self, form: Form, *, is_secure: bool) -> AsyncIterator[Talk]:
        """Open a stream; it ends with the context. Raises NoAccessError, OSError."""
        metadata = self.credentials.headers() if is_secure else {}
        port = self.replica.secure if is_secure else self.replica.plain
        trust = self.credentials.trust() if is_secure else None
        if not port:
            raise NoAccessError("it has no port where others than its own namespace's proxies join")
        request = self._channel(port, trust).request(
            METHODS[form], Cardinality.STREAM_STREAM, bytes, bytes, metadata=metadata
        )
        with suppress(_LeftError):
            async with request:
                try:
                    with _told_apart():
                        async with asyncio.timeout(PATIENCE):
                            await request.send_request()
                except OSError:
                    self.is_closed = self.is_closed or not is_secure
                    raise
                yield Talk(request)
                raise _LeftError  # else the library waits until istiod ends the stream

    def _channel(self, port: int, trust: ssl.SSLContext | None) -> Channel:
        if port not in self._channels:
            config = Configuration(ssl_target_name_override=self.replica.server)
            channel = Channel(self.replica.host, port, codec=Bytes(), ssl=trust, config=config)
            self._channels[port] = channel
        return self._channels[port]

    async def close(self) -> None:
        """End all connections; those with TLS take leave of istiod first."""
        closing = [*self._channels.values()]
        self._channels.clear()
        connected = [one._protocol for one in closing if one._connected and one._protocol]  # noqa: SLF001
        transports = [one.connection._transport for one in connected]  # noqa: SLF001
        for channel in closing:
            channel.close()  # which forgets the transports, whether they have ended or not
        sockets = [one.get_extra_info("socket") for one in transports]
        with suppress(TimeoutError):
            async with asyncio.timeout(LEAVING):
                pause = 0.0  # without TLS they have ended at the loop's next turn
                while any(one.fileno() >= 0 for one in sockets):
                    await asyncio.sleep(pause)  # nothing tells
                    pause = 0.001
        for transport in transports:
            transport.abort()

    async def page(self, path: str) -> bytes:
        """Return a debug page from the port for monitoring, with the token shown.

        That port has no TLS. Raises NoAccessError, OSError.
        """
        with _told_apart():
            async with asyncio.timeout(PATIENCE):
                return await self._page(path)

    async def _page(self, path: str) -> bytes:
        host, port = self.replica.host, self.replica.debug
        reader, writer = await asyncio.open_connection(host, port)
        try:
            told = {"Host": host, "Connection": "close", **self.credentials.headers()}
            lines = [f"GET {path} HTTP/1.0", *(f"{name}: {value}" for name, value in told.items())]
            writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
            answer = await reader.read()
        finally:
            writer.close()
        head, _, body = answer.partition(b"\r\n\r\n")
        status = head.split(b" ", 2)[1:2]
        if status in ([b"401"], [b"403"]):
            raise NoAccessError(f"its debug page {path} is refused with {status[0].decode()}")
        if status != [b"200"]:
            raise ConnectionError(f"its debug page {path} answers {head[:60]!r}")
        return body


@contextmanager
def _told_apart() -> Iterator[None]:
    """Have refusals be NoAccessError, and all else that is not our mistake OSError."""
    try:
        yield
    except GRPCError as error:
        said = f"{error.status.name}: {error.message}"
        if error.status in REFUSALS:
            raise NoAccessError(said) from error
        raise ConnectionError(said) from error
    except (StreamTerminatedError, ProtocolError) as error:
        raise ConnectionError(str(error) or type(error).__name__) from error
    except TimeoutError as error:
        raise ConnectionError("no answer in time") from error
