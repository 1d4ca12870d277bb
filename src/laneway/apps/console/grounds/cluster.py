"""A cluster as a ground, with the rights of one user and no others.

Comes in: a client of that user. Goes out: a state whenever what the user sees is another: objects,
how live each group is by its status, and where gateways are reached. What the user may not list is
named in findings, and never taken for absent.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from laneway.adapters.kube import KubeError
from laneway.adapters.metrics import MetricsServer
from laneway.apps.cluster.beside import SeenBeside
from laneway.apps.cluster.following import SeenByUser
from laneway.apps.console.editing.cluster import ClusterEditing
from laneway.apps.console.editing.delivery import WRITTEN, EditDelivery
from laneway.apps.console.editing.tracked import TrackedEditing, TrackedTrees
from laneway.apps.console.grounds.acting import ActingUser
from laneway.apps.console.grounds.cluster_gateways import ClusterGateways
from laneway.apps.console.grounds.cluster_traffic import MeasuredTraffic, ProxyTraffic
from laneway.apps.console.seams import (
    About,
    Changed,
    EditingWay,
    GroupStanding,
    RepositoryFollowed,
    Sender,
    ShownState,
)
from laneway.core.compile import Compilation, compile_snapshot
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.views.lanes_on_cluster import LanesOnCluster, condition, name_of, states
from laneway.core.views.pods_down import AilingPod
from laneway.core.views.syncers import syncers_view
from laneway.core.views.trackers import SyncersSeen

QUIET = 0.1
"""Seconds after a change in which others are waited for: a rollout changes many pods."""
SETTLING = 30.0
"""Seconds in which proxies may follow an edit before it is told that they do not."""
_NEVER = float("inf")
_LONGEST = 3600.0


class UserClusterGround(ActingUser):
    """A cluster as one user sees it."""

    def __init__(
        self,
        name: str,
        following: SeenByUser,
        metrics: MetricsServer | None = None,
        *,
        is_inside: bool = False,
        delivery: EditDelivery = WRITTEN,
    ) -> None:
        """Nothing is asked before `run`; `name` is what people call the cluster.

        `is_inside` says that the console stands in the cluster, for users who come to it;
        `delivery` may name a work tree of what is tracked.
        """
        self._trees = TrackedTrees(delivery) if delivery.work_tree else None
        self._woken = asyncio.Event()
        self.traffic: MeasuredTraffic | ProxyTraffic = (
            MeasuredTraffic(metrics, following, self._woken.set)
            if metrics
            else ProxyTraffic(following, self._woken.set)
        )
        self.about = About("cluster", name)
        self.seen: ShownState | None = None
        super().__init__(following)
        self.why_no_way = ""
        self.followed: RepositoryFollowed | None = None
        self._gateways = ClusterGateways(following, is_inside=is_inside)
        self._kept: tuple[Snapshot, object, list[dict[str, Any]]] | None = None
        self._behind: dict[str, float] = {}
        """Since when groups are not live, in seconds since 1970."""

    @property
    def sender(self) -> Sender | None:
        """Who sends requests through gateways; None where the user may send through none."""
        return self._gateways.sender(self.seen.served) if self.seen else None

    @property
    def way(self) -> EditingWay | None:
        """How objects of the cluster are edited, by the rights of the user."""
        if self.seen is None:
            return None
        cluster = ClusterEditing(self.client, self.kinds, self._known, self._syncers_seen)
        return cluster if self._trees is None else TrackedEditing(cluster, self._trees)

    def _syncers_seen(self) -> SyncersSeen:
        beside = self.following.beside
        return SyncersSeen(beside.applications, beside.inventories)

    def _known(self) -> Compilation:
        if self.seen is None:
            raise KubeError("the cluster was not looked at yet")
        return self.seen.compilation

    async def run(self, changed: Changed) -> None:
        """Follow it, and close its client in the end.

        Raises KubeError where it cannot be asked at all, NoAccess at any time, TooMuchError.
        """
        async with self.client:
            await self._run(changed)

    async def _run(self, changed: Changed) -> None:
        following = asyncio.create_task(self.following.run(self._woken.set))
        taking = asyncio.create_task(self._take_all(self._woken, changed))
        try:
            await asyncio.wait([following, taking], return_when=asyncio.FIRST_COMPLETED)
            for one in (following, taking):
                if one.done():
                    one.result()
        finally:
            following.cancel()
            taking.cancel()
            await asyncio.gather(following, taking, return_exceptions=True)

    async def _take_all(self, woken: asyncio.Event, changed: Changed) -> None:
        due = _NEVER
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(woken.wait(), min(max(due - time.time(), 0), _LONGEST))
                await asyncio.sleep(QUIET)
            woken.clear()
            if self.following.is_synced:
                now = time.time()
                if await self._take(now):
                    changed()
                due = self._due(now)

    def _due(self, now: float) -> float:
        """Return when the next pod or group has taken too long."""
        times = [one.due for one in self.following.troubles]
        times += [since + SETTLING for since in self._behind.values()]
        return min((one for one in times if one > now), default=_NEVER)

    def _settling(self, standings: Mapping[str, GroupStanding], now: float) -> frozenset[str]:
        """Return the groups that are not live, and not for long.

        Those that are stalled are among them: while pods begin an operator stalls for what they
        lack, and an edit that brings errors is told by these at once.
        """
        late = [name for name, one in standings.items() if one.state in ("not live", "stalled")]
        self._behind = {name: self._behind.get(name, now) for name in late}
        return frozenset(one for one in late if now < self._behind[one] + SETTLING)

    async def _take(self, now: float) -> bool:
        """Take what is seen at a time; return whether it is anything new."""
        before, snapshot = self.seen, self.following.snapshot()
        down = _down(self.following, now)  # of the very moment of the objects
        if before is not None and snapshot.is_same(before.compilation.snapshot):
            compilation = before.compilation
        else:
            old = before.compilation if before else None
            compilation = await asyncio.to_thread(compile_snapshot, snapshot, old)
        await self._gateways.look(compilation)
        beside = self.following.beside
        standings = _standings(self.following.lanes)
        state = ShownState(
            before.revision + 1 if before else 1,
            compilation,
            gateways=self._gateways.addresses,
            standings=standings,
            trouble=_trouble(self.following),
            releases=beside.releases,
            syncers=await self._syncers(compilation.snapshot, beside),
            settling=self._settling(standings, now),
            down=down,
            unrouted_counts=self.traffic.unrouted,
        )
        if before is not None and _says_the_same(before, state):
            return False
        self.seen = state
        return True

    async def _syncers(self, snapshot: Snapshot, beside: SeenBeside) -> list[dict[str, Any]]:
        """Return who keeps objects, worked out anew where what tells it is another."""
        told = beside.applications, beside.inventories
        if self._kept is None or self._kept[0] is not snapshot or self._kept[1] != told:
            self._kept = snapshot, told, await asyncio.to_thread(syncers_view, snapshot, *told)
        return self._kept[2]


def _says_the_same(one: ShownState, other: ShownState) -> bool:
    return one.compilation is other.compilation and _beside(one) == _beside(other)


def _beside(one: ShownState) -> tuple[object, ...]:
    """Return what is shown beside the objects."""
    told = one.gateways, one.standings, one.trouble, one.releases, one.syncers
    return *told, one.settling, one.down, one.unrouted_counts


def _down(following: SeenByUser, now: float) -> tuple[AilingPod, ...]:
    """Return the pods that are not ready; those that were never yet begin, for a while."""
    found = (replace(one.pod, begins=now < one.due) for one in following.troubles)
    return tuple(sorted(found, key=lambda one: (one.namespace, one.name)))


def _standings(lanes: LanesOnCluster) -> dict[str, GroupStanding]:
    """Say of each group what its status says, and since when its condition Live has been so."""
    by_name = {name_of(one): one for one in lanes.groups}
    return {
        one.group: GroupStanding(
            one.state,
            str(condition(by_name[one.group], "Live").get("message", ""))
            if one.state == "live"
            else one.why,
            _since(by_name[one.group], one.state),
        )
        for one in states(lanes)
        if one.group in by_name
    }


def _since(group: Mapping[str, Any], state: str) -> float | None:
    """Return since when the condition that tells the state has been as it is."""
    kind = {"live": "Live", "stalled": "Stalled"}.get(state, "Ready")
    try:
        told = datetime.fromisoformat(str(condition(group, kind).get("lastTransitionTime")))
    except ValueError:
        return None
    return told.timestamp()


def _trouble(following: SeenByUser) -> str:
    silence, sight = following.silence, following.sight
    told = []
    if isinstance(silence, KubeError):
        told.append(f"the cluster is shown as it was last seen: {silence}")
    if sight is not None and sight.beyond:
        told.append(
            f"of your namespaces {len(sight.namespaces)} are looked into, {sight.beyond} are not; "
            "--namespace names those that matter"
        )
    return "; ".join(told)
