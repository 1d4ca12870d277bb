"""The topology as it is shown now: its graph, what goes over it, and the last ten minutes of that.

Comes in: states of a ground and what its traffic source counts. Goes out: the same for everybody
who looks. The graph is worked out once for a state, and again where traffic shows a call that no
manifest names: such a call stays, since a service that is called once an hour is called.
"""

from __future__ import annotations

import asyncio
import threading

import msgspec
from msgspec.structs import asdict

from laneway.apps.console.seams import ShownState, TrafficSource
from laneway.core.compile import Compilation
from laneway.core.views.recording import Recorded, Recording
from laneway.core.views.topology.topology import Topology, topology
from laneway.core.views.topology.versions import SeenCall
from laneway.core.views.traffic.counts import Counts, ToldCounts
from laneway.core.views.traffic.traffic import MeshTraffic, calls_among, traffic


class Picture:
    """One picture; several threads may ask at once."""

    def __init__(self) -> None:
        """Nothing is seen yet."""
        self.recording = Recording()
        self.now: MeshTraffic | None = None
        self._calls: frozenset[SeenCall] = frozenset()
        self._of: tuple[Compilation, frozenset[SeenCall]] | None = None
        self._shown: Topology | None = None
        self._lock = threading.Lock()

    def shown(self, seen: ShownState) -> Topology:
        """Return the topology of a state."""
        with self._lock:
            return self._worked_out(seen.served)

    async def look(self, seen: ShownState, source: TrafficSource, now: int) -> MeshTraffic:
        """Count once more, and hold what was counted."""
        shown = await asyncio.to_thread(self.shown, seen)
        told = await source.look(seen.served, shown, now)
        return await asyncio.to_thread(self._take, seen.served, told, source.window, now)

    def _take(
        self, compilation: Compilation, told: ToldCounts, window: float, now: int
    ) -> MeshTraffic:
        with self._lock:
            shown = self._worked_out(compilation)
            if told.counts is not None:
                shown = self._with_calls(compilation, shown, told.counts)
            self.now = traffic(compilation.mesh, shown, told, now, window)
            self.recording.add(shown.graph, self.now)
            return self.now

    def at(self, second: int) -> Recorded | None:
        """Return what is held of a second, or of the last one before it."""
        with self._lock:
            return self.recording.at(second)

    def event(self) -> str:
        """Return the newest traffic with the graph that it is of, as JSON for all who hear it."""
        assert self.now is not None and self._shown is not None  # noqa: PT018, S101 - it was looked
        told = {"graph": self._shown.graph.id, **asdict(self.now)}
        return msgspec.json.encode(told).decode()

    def _worked_out(self, compilation: Compilation) -> Topology:
        wanted = compilation, self._calls
        if self._shown is None or self._of is None or not _is_same(self._of, wanted):
            self._shown = topology(compilation.mesh, compilation.plan, self._calls)
            self._of = wanted
        return self._shown

    def _with_calls(self, compilation: Compilation, shown: Topology, counts: Counts) -> Topology:
        found = calls_among(shown.known, counts)
        if found <= self._calls:
            return shown
        self._calls |= found
        return self._worked_out(compilation)


def _is_same(
    one: tuple[Compilation, frozenset[SeenCall]], other: tuple[Compilation, frozenset[SeenCall]]
) -> bool:
    return one[0] is other[0] and one[1] == other[1]
