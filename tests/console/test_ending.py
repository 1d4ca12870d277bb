"""A console that is told to end while it answers."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Awaitable, Callable

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from laneway.apps.console.serving import serve


class _Door:
    """Lets nobody in, and is ready at once."""

    async def visit(self, request: Request) -> None:
        del request

    def enter(self, request: Request) -> Response:
        del request
        return Response()

    async def run(self, ready: asyncio.Event) -> None:
        ready.set()
        await asyncio.Event().wait()

    def leave(self) -> None:
        """Nobody hears anything."""


async def _fails(_: Request) -> Response:
    raise RuntimeError("on purpose")


async def _goes_on(_: Request) -> Response:
    await asyncio.sleep(60)
    return Response()


async def _ended_amid(answer: Callable[[Request], Awaitable[Response]]) -> None:
    """Serve an answer, and end the console before it is there."""
    begun, told = asyncio.Event(), asyncio.Event()

    async def answered(request: Request) -> Response:
        begun.set()
        await told.wait()
        return await answer(request)

    at = socket.create_server(("127.0.0.1", 0))
    app = Starlette(routes=[Route("/", answered)])
    serving = asyncio.create_task(serve(app, _Door(), at, lambda: None))
    async with httpx.AsyncClient() as browser:
        asked = asyncio.create_task(browser.get(f"http://127.0.0.1:{at.getsockname()[1]}/"))
        await begun.wait()
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(0.1)  # the signal is heard by then
        told.set()
        await serving
        assert (await asked).status_code == 500


def test_a_long_answer_is_cut_off_without_a_word(capfd: pytest.CaptureFixture[str]) -> None:
    asyncio.run(_ended_amid(_goes_on))

    assert capfd.readouterr().err == ""


def test_an_answer_that_fails_as_the_console_ends_is_told(
    capfd: pytest.CaptureFixture[str],
) -> None:
    asyncio.run(_ended_amid(_fails))

    assert "RuntimeError: on purpose" in capfd.readouterr().err
