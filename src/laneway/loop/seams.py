"""What a loop asks of the world, as shapes to be filled: by a machine, by a cluster, by tests.

Every question is one of level: a target is told what is wanted and what is live, whatever it was
told before, and does only what is lacking.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Protocol

from laneway.core.gate import Revision
from laneway.core.mesh.snapshot import Snapshot
from laneway.loop.step import Confirmed, Readiness, Serving

Source = AsyncIterator[Snapshot]
"""Gives the whole input at first and whenever it changed. It may raise OSError."""


class Wake(asyncio.Event):
    """Set when something may have changed. Of many times before a look one is left."""

    is_told_to_stop = False

    def stop(self) -> None:
        """Have the loop end after what it is about."""
        self.is_told_to_stop = True
        self.set()


class Clock:
    """The machine's steady clock. Tests have another, in which no time passes by itself."""

    def now(self) -> float:
        """Return the time in seconds."""
        return time.monotonic()

    async def rest(self, wake: Wake, until: float | None) -> None:
        """Wait until woken, and no longer than until a moment."""
        with suppress(TimeoutError):
            async with asyncio.timeout_at(until):
                await wake.wait()


class LoopTarget(Protocol):
    """What a loop keeps as it is wanted. It makes before it switches, and breaks last."""

    wake: Wake

    def prepare(self, wanted: Revision, live: Serving) -> Readiness:
        """Do what `wanted` needs before it can go live, without touching what serves; look at all.

        Any exception says that it cannot be made ready.
        """

    async def apply(self, serving: Serving) -> Confirmed:
        """Bring something live in safe order, and return when it is.

        Nothing is sent any more then to pods that it leaves out, and what had been sent to them is
        answered. Any exception says that it was not taken; then what was live stays.
        """

    def retire(self, spare: frozenset[str]) -> None:
        """Begin to end what `prepare` called spare; it is spare no longer."""

    async def watch(self) -> None:
        """Wake the loop when something may have changed, until cancelled."""
