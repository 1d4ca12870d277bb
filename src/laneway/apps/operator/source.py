"""The newest state of a cluster as snapshots, for the loop.

Comes in: caches that say when they changed. Goes out: a snapshot whenever it is another. What comes
within a few milliseconds is looked at once; a pod that went is looked at again when it counts as
gone.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from laneway.apps.operator.caches import Caches
from laneway.core.mesh.snapshot import Snapshot
from laneway.loop.seams import Clock, Wake

QUIET = 0.005
"""Seconds after a change in which others are waited for."""


class ClusterSource:
    """Snapshots of one cluster, once all of it was read."""

    def __init__(self, caches: Caches, wake: Wake, clock: Clock) -> None:
        self._caches = caches
        self._wake = wake
        self._clock = clock

    async def snapshots(self) -> AsyncIterator[Snapshot]:
        """Yield the whole input at first, and whenever it changed."""
        last: Snapshot | None = None
        wake_at: float | None = None
        self._wake.set()
        while True:
            await self._clock.rest(self._wake, wake_at)
            self._wake.clear()
            await asyncio.sleep(QUIET)
            self._wake.clear()
            if not self._caches.is_synced:
                continue
            snapshot, wake_at = self._caches.snapshot(self._clock.now())
            if last is None or not snapshot.is_same(last):
                last = snapshot
                yield snapshot
