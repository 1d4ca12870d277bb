"""An event loop in which no time passes but by waiting: whoever sleeps costs nothing.

When nothing is left to do, the time jumps to the next moment that somebody waits for.
"""

from __future__ import annotations

import asyncio
import selectors
from asyncio import Future
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from laneway.loop.seams import Clock

T = TypeVar("T")


class _Selector(selectors.SelectSelector):
    """Waits for nobody; the time it was to wait is over at once."""

    passed = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise AssertionError("everybody waits, and nobody will come")
        self.passed += timeout
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """The loop; its time begins at 1,000 seconds."""

    def __init__(self) -> None:
        self._virtual = _Selector()
        super().__init__(self._virtual)

    def time(self) -> float:
        return 1000.0 + self._virtual.passed

    def run_in_executor(self, executor: object, func: Callable[..., T], *args: object) -> Future[T]:
        """Run it at once: while a thread runs, no time may pass."""
        del executor
        done: Future[T] = self.create_future()
        done.set_result(func(*args))
        return done


class VirtualClock(Clock):
    """The clock of such a loop."""

    def now(self) -> float:
        return asyncio.get_running_loop().time()


def in_virtual_time(work: Coroutine[Any, Any, T]) -> T:
    """Run something to its end in a loop of its own."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)
