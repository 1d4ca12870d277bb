"""Doing what blocks beside the loop, without anybody having to wait for it in the end.

Comes in: a call. Goes out: what it returns or raises. A process that is told to stop does not wait
for a server that is slow to answer, as it would with threads of asyncio's own.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

Found = TypeVar("Found")


async def aside(call: Callable[[], Found]) -> Found:
    """Make a call in a thread of its own, that ends with the process whatever it is about."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Found] = loop.create_future()

    def settle(error: BaseException | None, found: list[Found]) -> None:
        if future.done():
            return  # nobody waits any more
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(found[0])

    def run() -> None:
        found: list[Found] = []
        failed: BaseException | None = None
        try:
            found.append(call())
        except BaseException as error:  # noqa: BLE001 - it is raised where it is awaited
            failed = error
        with suppress(RuntimeError):  # the loop is over
            loop.call_soon_threadsafe(settle, failed, found)

    threading.Thread(target=run, daemon=True).start()
    return await future
