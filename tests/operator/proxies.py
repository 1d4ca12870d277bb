"""Proxies that take every step after a while, or as a test says; the world needs no istiod."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from laneway.core.changes.order import ChangeStep
from laneway.core.compile import Compilation
from laneway.core.emit.manifest import Manifest
from laneway.core.keeping.change import Bodies
from laneway.core.live.liveness import Liveness

TAKEN = Liveness("live", "Live", 3, 3, 0.1)


class Proxies:
    """Three proxies. `answers` are what comes of the next questions; then all is taken."""

    def __init__(self, *answers: Liveness) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    @asynccontextmanager
    async def observing(
        self, step: ChangeStep, before: Bodies, compilation: Compilation
    ) -> AsyncIterator[Proxies]:
        del before, compilation
        self.asked.append(step.phase)
        yield self

    @asynccontextmanager
    async def written(
        self, objects: Iterable[Manifest], compilation: Compilation
    ) -> AsyncIterator[Proxies]:
        del compilation
        self.asked.append(f"what lies there: {len(list(objects))}")
        yield self

    async def confirm(self) -> Liveness:
        await asyncio.sleep(0.1)
        return self.answers.pop(0) if self.answers else TAKEN
