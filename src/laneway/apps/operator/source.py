"""The newest state of a cluster as snapshots, for the loop.

Comes in: caches that say when they changed. Goes out: a snapshot whenever it is another. What comes
within a few milliseconds is looked at once, as are lanes that somebody applies together; a pod that
went is looked at again when it counts as gone.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from laneway.apps.operator.caches import Caches
from laneway.core.mesh.snapshot import Snapshot
from laneway.loop.seams import Clock, Wake

QUIET = 0.005
"""Seconds after a change in which others are waited for."""
APART, LONGEST = 0.02, 0.06
"""Seconds in which more lanes are waited for, and for how long at most: `kubectl apply` writes an
object every 8 ms beside the API server and slower from afar, and a change that is begun for the
first of them is left for another."""


class ClusterSource:
    """Snapshots of one cluster, once all of it was read."""

    def __init__(self, caches: Caches, wake: Wake, clock: Clock) -> None:
        self._caches = caches
        self._wake = wake
        self._clock = clock
        self._count = 0

    async def snapshots(self) -> AsyncIterator[Snapshot]:
        """Yield the whole input at first, and whenever it changed."""
        last: Snapshot | None = None
        wake_at: float | None = None
        self._wake.set()
        while True:
            await self._clock.rest(self._wake, wake_at)
            await self._gather()
            if not self._caches.is_synced:
                continue
            snapshot, wake_at = self._caches.snapshot(self._clock.now())
            if last is None or not snapshot.is_same(last):
                last = snapshot
                yield snapshot

    async def _gather(self) -> None:
        """Wait for what comes together: where lanes come or go, as long as more of them do."""
        await asyncio.sleep(QUIET)
        until = self._clock.now() + LONGEST
        while (count := self._caches.lane_count) != self._count and self._clock.now() < until:
            self._count = count
            await asyncio.sleep(APART)
        self._wake.clear()
