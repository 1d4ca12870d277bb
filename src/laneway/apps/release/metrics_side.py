"""A cluster's traffic, as a metrics server tells it to a release.

Comes in: a server, the files of the mesh, a plan. Goes out: totals of lanes by hop, and figures.
Which weights the cluster runs is not told there, nor needed: lanes are compared by requests that
both have, and a lane without any is not known.
"""

from __future__ import annotations

from collections.abc import Sequence

from laneway.adapters.metrics import MetricsError, MetricsServer
from laneway.core.mesh.mesh import Mesh
from laneway.core.release.figures import query_of
from laneway.core.release.hops import Hops, workload_hops
from laneway.core.release.lane_traffic import LaneTraffic, hop_names
from laneway.core.release.series import GrownAll, sample_of, selectors, told_by
from laneway.core.resources.releases.plan import Plan

WINDOW = 120
"""Seconds of samples that each look takes: several scrapes, whatever is between two looks."""


class MetricsSide:
    """A metrics server that scrapes the proxies of a mesh."""

    def __init__(self, server: MetricsServer, plan: Plan, mesh: Mesh) -> None:
        self._server = server
        self._plan = plan
        refs = workload_hops(mesh, (plan.lane, plan.stable))
        self._workloads: Hops = {
            key: tuple(ref.name for ref in found) for key, found in refs.items()
        }
        everyone = [ref for found in refs.values() for ref in found]
        self._selectors = selectors(self._workloads, {ref.namespace for ref in everyone})
        mine = {ref for (_, lane), found in refs.items() if lane == plan.lane for ref in found}
        self._queries = {one.name: query_of(one, mine) for one in plan.figures}
        self._tallies: GrownAll | None = None
        self.silence = ""

    def live(self) -> LaneTraffic | None:
        """Return what was counted until now; None while the server does not answer."""
        try:
            found = [
                series
                for selector in self._selectors
                for series in self._server.samples(selector, WINDOW)
            ]
        except MetricsError as error:
            self.silence = str(error)
            return None
        self.silence = ""
        series = [(tuple(sorted(one.labels.items())), one.samples) for one in found]
        self._tallies = told_by(self._tallies, series)
        sample = sample_of(self._workloads, self._tallies)
        figures = {name: self._values(query) for name, query in self._queries.items()}
        return LaneTraffic(None, hop_names(self._workloads), sample, figures)

    def leave(self) -> None:
        """Nothing is held."""

    def _values(self, query: str) -> Sequence[float] | None:
        try:
            return self._server.values(query)
        except MetricsError:
            return None
