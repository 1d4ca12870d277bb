"""Proxies that take every step after a while, or as a test says; the world needs no istiod."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from msgspec import Struct

from laneway.apps.operator.seams import StepWatching
from laneway.core.compile import Compilation
from laneway.core.emit.manifest import Manifest
from laneway.core.live.audience import NOBODY, Audience
from laneway.core.live.liveness import Liveness
from laneway.core.live.proxies import Who, everybody
from laneway.core.live.watching import Move
from laneway.core.resources.meta import Ref

TAKEN = Liveness("live", "Live", 3, 3, 0.1)


class ThreeProxies(Struct):
    """What is looked at of one step: all three proxies see all of it."""

    answers: list[Liveness]
    seconds: float = 0.1
    audience: Audience = NOBODY
    unseen: frozenset[Ref] = frozenset()
    last: frozenset[Ref] = frozenset()
    stands: bool = False

    async def confirm(self) -> Liveness:
        await asyncio.sleep(self.seconds)
        return self.answers.pop(0) if self.answers else TAKEN


class Proxies:
    """Three proxies. `answers` are what comes of the next questions; then all is taken.

    Each answer takes some `seconds`.
    """

    def __init__(self, *answers: Liveness, seconds: float = 0.1) -> None:
        self.answers = list(answers)
        self.seconds = seconds
        self.last: frozenset[Ref] = frozenset()
        self.asked: list[str] = []
        self.who: list[Who] = []
        self.stands: bool | None = None
        """Whether who joins ahead of time is right when it is time; None: nobody joins so."""
        self.joined_ahead: list[str] = []
        """For which phases observers joined ahead of time."""
        self.left = 0
        """How many of them have left."""

    def audience(self) -> Audience:
        return NOBODY

    @asynccontextmanager
    async def observing(
        self, moves: Iterable[Move], compilation: Compilation, who: Who = everybody
    ) -> AsyncIterator[ThreeProxies]:
        del compilation
        self.asked += dict.fromkeys(step.phase for step, _ in moves)
        self.who.append(who)
        yield ThreeProxies(self.answers, self.seconds, last=self.last)

    @asynccontextmanager
    async def ahead(
        self, moves: Iterable[Move], compilation: Compilation, beside: StepWatching
    ) -> AsyncIterator[ThreeProxies | None]:
        del compilation, beside
        if self.stands is None:
            yield None
            return
        self.joined_ahead += dict.fromkeys(step.phase for step, _ in moves)
        yield ThreeProxies(self.answers, self.seconds, last=self.last, stands=self.stands)
        self.left += 1

    @asynccontextmanager
    async def written(
        self, objects: Iterable[Manifest], compilation: Compilation, who: Who = everybody
    ) -> AsyncIterator[ThreeProxies]:
        del compilation
        self.who.append(who)
        self.asked.append(f"what lies there: {len(list(objects))}")
        yield ThreeProxies(self.answers, self.seconds)
