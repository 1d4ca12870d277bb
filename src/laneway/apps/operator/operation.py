"""One operator at work on one cluster: caches, loop, what is written and what is told.

Comes in: a cluster, who says what is live, and settings. Goes out: a cluster kept as its lanes say,
until told to stop. It begins once all of a cluster was read, so that what is not read yet is never
taken for gone.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping

from laneway.adapters.kube import Kind
from laneway.apps.operator.caches import LANES, POD, Caches, KindName
from laneway.apps.operator.reporting import UNDER_WAY, Reporting, utc_now
from laneway.apps.operator.seams import Cluster, Confirming
from laneway.apps.operator.source import ClusterSource
from laneway.apps.operator.target import ClusterTarget, OperatorSettings, Undertaking
from laneway.core.compile import compile_snapshot
from laneway.core.gate import Accepted, Revision
from laneway.core.keeping.followed import NEEDED, OURS
from laneway.core.keeping.undone import Drift
from laneway.core.mesh.snapshot import Snapshot
from laneway.loop.run import Loop
from laneway.loop.seams import Clock, Wake
from laneway.loop.step import News, NotLive, Serving, State

LOG = logging.getLogger("laneway.operator")
CROWD = 0.1
"""Seconds in which further pods are waited for: a rollout changes thousands of them."""
CALM = 1.0
"""Seconds after which it is looked whether groups and lanes say what they shall."""


def lacking(kinds: Mapping[KindName, Kind]) -> list[str]:
    """Name the kinds that a cluster lacks and without which nothing can be done."""
    return [f"{kind}.{group}".rstrip(".") for group, kind in NEEDED if (group, kind) not in kinds]


class Operation:
    """One operator. `caches` follow a cluster also while another one leads."""

    def __init__(
        self,
        cluster: Cluster,
        kinds: Collection[Kind],
        confirming: Confirming,
        settings: OperatorSettings,
        clock: Clock | None = None,
    ) -> None:
        self.clock = clock or Clock()
        self.wake = Wake()
        self.caches = Caches(cluster, kinds, self._changed)
        self.target = ClusterTarget(cluster, self.caches, confirming, settings, self.clock)
        self.reporting = Reporting(cluster, self.target, utc_now)
        self.source = ClusterSource(self.caches, self.wake, self.clock)
        self.rounds = 0
        self._pods_due: asyncio.TimerHandle | None = None
        self._statuses_due: asyncio.TimerHandle | None = None
        self._heard: list[tuple[Callable[[Undertaking], None], Callable[[Drift], None]]] = []
        self.target.begun, self.target.through = self._begun, self._through
        self.loop: Loop | None = None
        self._last: Revision | None = None
        """What was wanted when the lead was lost: a large mesh is not compiled anew for that."""

    def _changed(self, name: KindName) -> None:
        """Have everything looked at again: of pods, which come and go in crowds, a little later."""
        if name == POD:
            if self._pods_due is None:
                loop = asyncio.get_running_loop()
                self._pods_due = loop.call_later(CROWD, self._look_at_pods)
            return
        self.wake.set()
        if name in OURS:
            self.target.wake.set()
        if name in LANES and self._statuses_due is None:
            loop = asyncio.get_running_loop()
            self._statuses_due = loop.call_later(CALM, self._look_at_statuses)

    def _look_at_statuses(self) -> None:
        """Have another status than ours told anew: whoever led before may have written late."""
        self._statuses_due = None
        self.target.wake.set()

    def _look_at_pods(self) -> None:
        self._pods_due = None
        self.caches.look_at_pods()
        self.wake.set()

    async def run(self) -> None:
        """Keep the cluster until told to stop; who waits for the lead calls `follow` before."""
        snapshots = self.source.snapshots()
        first = await anext(snapshots)
        # what is there counts as live until it is looked at: were it nothing, and what is wanted
        # could not be judged, nothing would be gone back to
        revision = revised(first, self._last) if self._last else Revision(compile_snapshot(first))
        loop = Loop(
            state=State(revision, Serving(revision, frozenset())),
            target=self.target,
            revise=revised,
            clock=self.clock,
            told=told,
            looked=self._looked,
            gate=taken,
        )
        self.loop = loop
        self.target.is_overtaken = lambda: loop.newest is not None
        try:
            async with asyncio.TaskGroup() as tasks:  # who keeps a cluster and tells nothing, ends
                reporting = tasks.create_task(self.reporting.run())
                await loop.run(snapshots)
                reporting.cancel()
                await asyncio.wait({reporting})  # two who tell at once mix what they know
                await self.reporting.tell()
        finally:
            self.loop, self._last = None, loop.state.wanted
            self.target.seen.forget()  # a step may hang, and another one may lead meanwhile

    @property
    def is_at_work(self) -> bool:
        """Whether it keeps the cluster, and does not only follow it."""
        return self.loop is not None

    @property
    def waiting(self) -> int:
        """How many snapshots wait to be looked at; of several the newest is left."""
        return int(self.loop is not None and self.loop.newest is not None)

    def heard(
        self, through: Callable[[Undertaking], None], drifted: Callable[[Drift], None]
    ) -> None:
        """Have somebody hear of changes that are through, and of objects that others changed."""
        self._heard.append((through, drifted))

    def _looked(self) -> None:
        self.rounds += 1
        drifts, self.target.drifts = self.target.drifts, []
        for drift in drifts:
            LOG.warning("%s was changed by %s: put right", drift.ref, drift.writer or "somebody")
        for _, drifted in self._heard:
            for drift in drifts:
                drifted(drift)
        self.reporting.wake()

    def _begun(self, change: Undertaking) -> None:
        """Have it told that a change is under way, should it take long."""

        def look() -> None:
            if self.target.change is change:
                self.reporting.wake()

        asyncio.get_running_loop().call_later(UNDER_WAY, look)

    def _through(self, change: Undertaking) -> None:
        self.reporting.take(change)
        for through, _ in self._heard:
            through(change)

    def stop(self) -> None:
        """Have it end after the step that it is about."""
        self.target.wake.stop()
        self.wake.set()


def revised(snapshot: Snapshot, before: Revision) -> Revision:
    """Return the revision of a snapshot, with what of the one before can be kept."""
    return Revision(compile_snapshot(snapshot, before.compilation))


def taken(before: Revision, wanted: Revision) -> Accepted:  # noqa: ARG001 - a gate
    """Let every revision pass: on a cluster the gate is of each group, in front of its objects."""
    return Accepted()


def told(news: News) -> None:
    """Write down what went wrong; all else is told by status and events."""
    if isinstance(news, NotLive):
        LOG.error("not live: %r", news.error, exc_info=news.error)
