"""Asks istiod what is live; where it cannot be asked a time is waited, and nothing is claimed.

Comes in: a step and what is around it. Goes out: a Liveness. The order of a change holds without
istiod's word too, as far as the time is longer than proxies take.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

from msgspec import Struct

from laneway.adapters.istiod import ControlPlane, Observation
from laneway.apps.operator.seams import StepWatching
from laneway.core.compile import Compilation
from laneway.core.emit.manifest import Manifest
from laneway.core.live.ahead import may_join_ahead
from laneway.core.live.audience import Audience, audience
from laneway.core.live.liveness import NO_ISTIOD, Liveness
from laneway.core.live.proxies import ExpectedProxy, Who, everybody, expected
from laneway.core.live.replicas import IstiodReplica, replicas
from laneway.core.live.watching import Move, Watching, World, watching, written
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.meta import Ref

LIMIT = 10.0
"""Seconds after which proxies that lack a step are named, and the next one is thought about."""
MORE = 0.02
"""Seconds more for each object, as istiod takes longer to send what it makes of many."""
FEW = 8
"""Objects that are looked for one by one, and may be written in any order."""


class AskingIstiod:
    """Asks the istiods among the pods, or those that were named."""

    def __init__(
        self, plane: ControlPlane, wait: float, named: tuple[IstiodReplica, ...] = ()
    ) -> None:
        """`wait` is how long proxies get, in seconds, where nobody can be asked."""
        self.pods: Callable[[], Iterable[Workload]] = tuple
        """The pods there are, at any moment."""
        self._plane = plane
        self._wait = wait
        self._named = named

    def audience(self) -> Audience:
        """Return the proxies that are expected, and the istiods that would be asked."""
        pods = tuple(self.pods())
        return audience(expected(pods), self._named or replicas(pods))

    @asynccontextmanager
    async def observing(
        self, moves: Iterable[Move], compilation: Compilation, who: Who = everybody
    ) -> AsyncIterator[StepWatching]:
        """Join every istiod for steps that are written at once."""
        looking = await self._looking(moves, compilation, who, in_order=_many(moves))
        async with self._joined(looking) as confirmation:
            yield confirmation

    @asynccontextmanager
    async def ahead(
        self, moves: Iterable[Move], compilation: Compilation, beside: StepWatching
    ) -> AsyncIterator[StepWatching | None]:
        """Join every istiod while the steps before are on their way, where that tells the same."""
        looking = await self._looking(moves, compilation, everybody, in_order=_many(moves))
        if isinstance(beside, _Confirmation) and may_join_ahead(looking.watching, beside.watching):
            async with self._joined(looking) as confirmation:
                yield confirmation
        else:
            yield None

    async def _looking(
        self, moves: Iterable[Move], compilation: Compilation, who: Who, *, in_order: bool
    ) -> _Looking:
        pods = tuple(self.pods())
        self._plane.replicas = self._named or tuple(replicas(pods))
        proxies = tuple(one for one in expected(pods) if who(one.id))
        there = audience(proxies, self._plane.replicas)
        if not there.istiods:
            return _Looking(pods, proxies, there)
        world = World(compilation.mesh, compilation.plan, proxies, self._plane.seat)
        # in a large mesh it takes seconds, in which others have to be heard
        looked_for = await asyncio.to_thread(watching, moves, world, in_order=in_order)
        return _Looking(pods, proxies, there, looked_for)

    @asynccontextmanager
    async def _joined(self, looking: _Looking) -> AsyncIterator[StepWatching]:
        if not looking.audience.istiods:
            yield _NobodyToAsk(looking.audience, self._wait)
            return
        async with self._plane.observing(looking.watching) as observation:
            yield _Confirmation(self, looking, observation, self._wait)

    def gone(self, proxies: Iterable[ExpectedProxy]) -> set[str]:
        """Return the proxies that are not expected any more: their pods have ended meanwhile."""
        still = {one.id for one in expected(self.pods())}
        return {one.id for one in proxies} - still

    @asynccontextmanager
    async def written(
        self, objects: Iterable[Manifest], compilation: Compilation, who: Who = everybody
    ) -> AsyncIterator[StepWatching]:
        """Join every istiod for what lies there."""
        moves: list[Move] = [(written(objects), {})]
        looking = await self._looking(moves, compilation, who, in_order=False)
        async with self._joined(looking) as confirmation:
            yield confirmation


def _many(moves: Iterable[Move]) -> bool:
    """Whether steps are of too many objects to look for each."""
    return len({ref for step, _ in moves for ref in step.refs}) > FEW


class _Looking(Struct, frozen=True):
    """Who is there, and what is to be looked at for them."""

    pods: tuple[Workload, ...]
    proxies: tuple[ExpectedProxy, ...]
    audience: Audience
    watching: Watching = Watching()


class _NobodyToAsk(Struct, frozen=True):
    """No istiod is known, so nobody knows what proxies have."""

    audience: Audience
    wait: float
    unseen: frozenset[Ref] = frozenset()
    last: frozenset[Ref] = frozenset()
    stands: bool = False

    async def confirm(self) -> Liveness:
        await asyncio.sleep(self.wait)
        return Liveness("unknown", "NoAccessToIstiod", detail=NO_ISTIOD)


class _Confirmation(Struct, frozen=True):
    """One observation, and the time that is waited where it tells nothing."""

    asking: AskingIstiod
    looking: _Looking
    observation: Observation
    wait: float

    @property
    def audience(self) -> Audience:
        return self.looking.audience

    @property
    def watching(self) -> Watching:
        return self.looking.watching

    @property
    def unseen(self) -> frozenset[Ref]:
        return self.watching.unseen

    @property
    def last(self) -> frozenset[Ref]:
        return self.watching.refs

    @property
    def stands(self) -> bool:
        is_same = tuple(self.asking.pods()) == self.looking.pods
        return is_same and not self.observation.has_seen_any

    async def confirm(self) -> Liveness:
        limit = LIMIT + MORE * len(self.watching.seen)
        live = await self.observation.confirm(limit, self._gone)
        if live.state == "unknown":
            waited = 0.0 if live.sent is None else live.seconds - live.sent
            await asyncio.sleep(max(0.0, self.wait - waited))
        return live

    def _gone(self) -> set[str]:
        return self.asking.gone(self.looking.proxies)
