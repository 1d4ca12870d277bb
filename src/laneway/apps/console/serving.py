"""Serves a console: an address of its own, the follower of what it shows, and an end to both.

Comes in: an application, a door, an address. Goes out: nothing until it is told to end (SIGINT,
SIGTERM). Open streams of events are ended with it.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import signal
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from laneway.apps.console.visits import Entrance

DEFAULT_PORT = 8420
_TRIED = 20


def listening(host: str, port: int | None, before: int | None) -> socket.socket:
    """Return a socket that listens; without a port where it did before, so that pages go on.

    A console that is new, or whose port is taken, has the usual one or the next. Raises OSError.
    """
    if port is not None:
        return _asked_for(host, port)
    usual = range(DEFAULT_PORT, DEFAULT_PORT + _TRIED)
    for tried in [*([before] if before else []), *usual]:
        with suppress(OSError):
            return socket.create_server((host, tried), family=_family(host))
    raise OSError(f"ports {DEFAULT_PORT} to {DEFAULT_PORT + _TRIED - 1} are all in use")


def _asked_for(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=_family(host))
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise OSError(f"port {port} of {host} is taken; choose another one") from error


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


class _Server(uvicorn.Server):
    """A server that ends well when it is told to; uvicorn's own raises the signal once more."""

    def __init__(self, config: uvicorn.Config, leave: Callable[[], None]) -> None:
        """`leave` ends the answers that would go on for as long as somebody hears them."""
        super().__init__(config)
        self._leave = leave

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End open answers, then the server."""
        self._leave()
        super().handle_exit(sig, frame)

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """End on a signal; by a second one at once."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


def _is_fault(record: logging.LogRecord) -> bool:
    """Whether a record tells of more than answers that are cut off as the console ends."""
    error = record.exc_info[1] if record.exc_info else None
    is_cut_off = isinstance(error, asyncio.CancelledError)
    return not (is_cut_off or "timeout graceful shutdown exceeded" in str(record.msg))


async def serve(app: ASGIApp, door: Entrance, at: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until told to end; `ready` is called once somebody may come."""
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )
    logging.getLogger("uvicorn.error").addFilter(_is_fault)
    server, open_ = _Server(config, door.leave), asyncio.Event()
    following = asyncio.create_task(door.run(open_))
    serving = asyncio.create_task(server.serve([at]))
    try:
        opening = asyncio.create_task(open_.wait())
        await asyncio.wait([following, serving, opening], return_when=asyncio.FIRST_COMPLETED)
        opening.cancel()
        if open_.is_set():
            ready()
        await asyncio.wait([following, serving], return_when=asyncio.FIRST_COMPLETED)
        if following.done():
            door.leave()
            server.should_exit = True
            await serving
            following.result()  # what ended it is told
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
