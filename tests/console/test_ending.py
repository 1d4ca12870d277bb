"""A console that is told to end while it answers."""

from __future__ import annotations

import asyncio
import os
import signal
import socket

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


def test_a_long_answer_is_cut_off_without_a_word(capfd: pytest.CaptureFixture[str]) -> None:
    async def end() -> None:
        begun = asyncio.Event()

        async def long(_: Request) -> Response:
            begun.set()
            await asyncio.sleep(60)
            return Response()

        at = socket.create_server(("127.0.0.1", 0))
        app = Starlette(routes=[Route("/", long)])
        serving = asyncio.create_task(serve(app, _Door(), at, lambda: None))
        async with httpx.AsyncClient() as browser:
            asked = asyncio.create_task(browser.get(f"http://127.0.0.1:{at.getsockname()[1]}/"))
            await begun.wait()
            os.kill(os.getpid(), signal.SIGINT)
            await serving
            answer = await asked
        assert answer.status_code == 500

    asyncio.run(end())

    assert capfd.readouterr().err == ""
