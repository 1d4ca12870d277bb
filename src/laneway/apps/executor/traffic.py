"""The traffic of a release in a cluster, by the server that its plan names.

Comes in: the server, the cluster. Goes out: what was counted. Whose answers count is found in the
cluster itself, and again from time to time: pods of a new lane may come after its release.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from laneway.adapters.kube import KubeError
from laneway.adapters.metrics import MetricsServer
from laneway.apps.release.cluster_side import ReleasedCluster, SeenCluster
from laneway.apps.release.metrics_side import MetricsSide
from laneway.core.release.hops import workload_hops
from laneway.core.release.lane_traffic import LaneTraffic
from laneway.core.resources.meta import Ref
from laneway.core.resources.releases.plan import Plan

_LOOKS_EVERY = 10.0
"""Seconds between two looks for the pods of lanes."""


class ClusterTraffic:
    """What a metrics server counted of the lanes of a cluster."""

    def __init__(self, server: MetricsServer, plan: Plan, cluster: ReleasedCluster) -> None:
        self._server = server
        self._plan = plan
        self._cluster = cluster
        self._known: tuple[Mapping[tuple[str, str], tuple[Ref, ...]], MetricsSide] | None = None
        self._looked = -_LOOKS_EVERY
        self._away = ""

    @property
    def silence(self) -> str:
        """Why nothing was counted at the last look."""
        return self._away or (self._known[1].silence if self._known else "")

    def live(self) -> LaneTraffic | None:
        """Return what was counted until now; None where that cannot be known."""
        if time.monotonic() - self._looked >= _LOOKS_EVERY:
            try:
                mesh = SeenCluster.of(self._cluster, workloads=True).mesh
            except KubeError as error:
                self._away = f"the API server: {error}"
                return None
            self._away = ""
            self._looked = time.monotonic()
            hops = workload_hops(mesh, (self._plan.lane, self._plan.stable))
            if self._known is None or self._known[0] != hops:
                self._known = hops, MetricsSide(self._server, self._plan, mesh)
        return self._known[1].live() if self._known else None
