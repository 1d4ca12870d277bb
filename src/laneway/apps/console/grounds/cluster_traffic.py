"""The traffic of a cluster as one user may know it: by a metrics server, or by the proxies.

Comes in: what the user sees, and a metrics server where one is named. Goes out: counts of what goes
through workloads of the user's namespaces; nothing is asked of others. One of both tells, so that
nothing counts twice.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable

from laneway.adapters.kube import KubeError
from laneway.adapters.metrics import MetricsError, MetricsServer
from laneway.apps.cluster.following import SeenByUser
from laneway.apps.cluster.proxies import MOST, ProxiesRead, ProxyPod, ProxyReader
from laneway.apps.cluster.sight import EVERYWHERE
from laneway.apps.cluster.traffic import WINDOW, WorkloadTraffic
from laneway.core.compile import Compilation
from laneway.core.rules.questions.words import listing
from laneway.core.views.topology.topology import Topology
from laneway.core.views.traffic.cluster import (
    Labels,
    WorkloadNodes,
    counts_of,
    is_unrouted,
    unrouted_counts,
)
from laneway.core.views.traffic.counts import Counts, ToldCounts
from laneway.core.views.unrouted import KEPT, UnroutedCount

_SILENT = "The Prometheus that --metrics names does not answer."
_NO_PODS = "No pod with a proxy is in sight, and --metrics names no Prometheus."
_TOO_MANY = "There are more than {most} proxies to ask: have --metrics name a Prometheus."


class _UnroutedTelling:
    """How many requests gateways had no route for; whoever listens is told of a change."""

    def __init__(self, tell: Callable[[], None]) -> None:
        self.unrouted: tuple[UnroutedCount, ...] = ()
        self._tell = tell

    def _take_unrouted(self, found: tuple[UnroutedCount, ...]) -> None:
        if found != self.unrouted:
            self.unrouted = found
            self._tell()


class MeasuredTraffic(_UnroutedTelling):
    """What goes through the workloads that a user sees, as a metrics server tells it.

    The server is asked for their namespaces alone, and what it tells of others is no node here.
    """

    pause = 5
    window = float(WINDOW)
    asks_others = False

    def __init__(
        self, server: MetricsServer, following: SeenByUser, tell: Callable[[], None]
    ) -> None:
        """Nothing is asked before a look."""
        super().__init__(tell)
        self._server = server
        self._following = following

    async def look(self, compilation: Compilation, shown: Topology, now: float) -> ToldCounts:
        """Return what was counted, as far as the server says."""
        del now  # the server has a clock of its own
        sight = self._following.sight
        sees_all = sight is not None and sight.places.get(("", "Pod")) == EVERYWHERE
        namespaces = () if sees_all or sight is None else sight.namespaces
        if not sees_all and not namespaces:
            return ToldCounts(None)
        try:
            counts, unrouted = await asyncio.to_thread(self._ask, namespaces, compilation, shown)
        except MetricsError:
            return ToldCounts(None, _SILENT)
        self._take_unrouted(unrouted)
        return ToldCounts(counts)

    def _ask(
        self, namespaces: tuple[str, ...], compilation: Compilation, shown: Topology
    ) -> tuple[Counts, tuple[UnroutedCount, ...]]:
        server = WorkloadTraffic(self._server, WINDOW, namespaces)
        return server.look(compilation, shown), server.unrouted(compilation, shown)


class ProxyTraffic(_UnroutedTelling):
    """What goes through the workloads that a user sees, as their proxies tell it."""

    pause = 10
    asks_others = True

    def __init__(self, following: SeenByUser, tell: Callable[[], None]) -> None:
        """Nothing is asked before a look."""
        super().__init__(tell)
        self._following = following
        self.window = float(self.pause)
        self._reader = ProxyReader(following.client)
        self._lost: deque[tuple[float, Labels, float]] = deque()

    async def look(self, compilation: Compilation, shown: Topology, now: float) -> ToldCounts:
        """Return what was counted since the look before."""
        pods = self._following.proxies
        if not pods or len(pods) > MOST:
            return ToldCounts(None, _TOO_MANY.format(most=MOST) if pods else _NO_PODS)
        try:
            read = await self._reader.read(pods)
        except KubeError as problem:
            return ToldCounts(None, f"It is not known whether you may ask proxies: {problem}")
        nodes = WorkloadNodes.of(compilation.mesh, shown.known)
        self._take_unrouted(self._unrouted(nodes, read, now))
        if not read.begun:
            return ToldCounts(None, read.why)
        callers = {edge.source for edge in shown.graph.edges}
        return self._told(nodes, read, callers)

    def _told(self, nodes: WorkloadNodes, read: ProxiesRead, callers: set[str]) -> ToldCounts:
        grown = [one for some in read.grown.values() for one in some]
        requests = [(one.labels, one.rate) for one in grown if not one.is_time]
        times = [(one.labels, one.rate) for one in grown if one.is_time]
        self.window = max((one.seconds for one in grown), default=self.window)
        counts = counts_of(nodes, requests, times, self.window)
        told = _nodes_of(nodes, read.grown) | {passing.caller for passing in counts}
        asked = _nodes_of(nodes, read.missed) | _nodes_of(nodes, read.refused)
        unseen = sorted(nodes.known.all[one].name for one in callers - told - asked)
        why = [read.why, f"No proxy of {listing(unseen)} is in sight." if unseen else ""]
        untold = nodes.known.all.keys() - (told - asked)
        return ToldCounts(counts, " ".join(filter(None, why)), frozenset(untold))

    def _unrouted(
        self, nodes: WorkloadNodes, read: ProxiesRead, now: float
    ) -> tuple[UnroutedCount, ...]:
        grown = (one for some in read.grown.values() for one in some if not one.is_time)
        self._lost += [(now, one.labels, one.grown) for one in grown if is_unrouted(one.labels)]
        while self._lost and self._lost[0][0] < now - KEPT:
            self._lost.popleft()
        return unrouted_counts(nodes, ((labels, number) for _, labels, number in self._lost))


def _nodes_of(nodes: WorkloadNodes, pods: Iterable[ProxyPod]) -> set[str]:
    return {nodes.homes.get((pod.namespace, pod.workload), "") for pod in pods}
