"""What goes through a mesh on this machine, second by second, out of its proxies' log of requests.

Comes in: a mesh's folder, and its topology whenever that is another. Goes out: counts of the last
seconds, None while no mesh runs. Only what is added is read, once a look; what was written before
the first look is not counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from laneway.apps.local.record.logs import Logs
from laneway.apps.local.record.requests import Requests
from laneway.apps.local.record.served import placement_of
from laneway.apps.local.record.state import MeshFolder
from laneway.core.compile import Compilation
from laneway.core.views.topology.topology import Topology
from laneway.core.views.traffic.counts import Counts
from laneway.core.views.traffic.joining import LogJoin
from laneway.core.views.traffic.logged import LogNames, binned
from laneway.core.views.traffic.window import CountWindow

WINDOW = 10
"""Seconds that are told together: long enough for a rate, short enough to see a change."""


class RequestCounter:
    """Counts the requests of a mesh."""

    def __init__(self, folder: MeshFolder, window: float = WINDOW) -> None:
        """Count from now on."""
        self.window = window
        self._folder = folder
        self._requests = Requests(folder)
        self._logs = Logs.behind(lambda: sorted(folder.logs.glob("*.jsonl")))
        self._looks = CountWindow(window)
        self._join = LogJoin({})
        self._shown: tuple[Compilation, Topology] | None = None
        self._replicas: Sequence[Any] = ()
        self._names: LogNames | None = None

    def show(self, compilation: Compilation, shown: Topology) -> None:
        """Count for another topology from the next look on."""
        self._shown, self._names = (compilation, shown), None
        self._join.groups = {mark.name: mark.group for mark in shown.graph.lanes}

    def look(self, now: float) -> Counts | None:
        """Read what was added up to a time in seconds, and return the counts of the last ones.

        None is returned while no mesh runs, or before there is a topology.
        """
        lines = list(self._join.joined(self._requests.fresh(self._logs), now))
        names = self._known()
        if names is None:
            self._looks.clear()
            return None
        return self._looks.add(now, binned(names, lines))

    def _known(self) -> LogNames | None:
        """Return what the names in the log mean now: pods are replaced while a mesh runs."""
        record = self._folder.read()
        if record is None or self._shown is None:
            return None
        if self._names is None or record.replicas != self._replicas:
            compilation, shown = self._shown
            replicas = {one.name: one.workload for one in placement_of(record).replicas}
            self._replicas = record.replicas
            self._names = LogNames.of(compilation.mesh, compilation.plan, shown, replicas)
        return self._names
