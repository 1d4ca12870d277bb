"""What goes through a cluster, as its metrics server tells it.

Comes in: a server, and the topology whenever somebody looks. Goes out: counts of the last seconds.
Raises MetricsError where the server cannot be asked: then traffic is not known.
"""

from __future__ import annotations

from collections.abc import Mapping

from laneway.adapters.metrics import MetricsServer
from laneway.core.compile import Compilation
from laneway.core.views.topology.topology import Topology
from laneway.core.views.traffic.cluster import (
    WorkloadNodes,
    counts_of,
    queries,
    unrouted_counts,
    unrouted_query,
)
from laneway.core.views.traffic.counts import Counts
from laneway.core.views.unrouted import UnroutedCount

WINDOW = 60
"""Seconds over which rates are taken: two scrapes have to lie within, which are 15 s apart."""


class WorkloadTraffic:
    """Asks a server; with `namespaces` only for what goes into these."""

    def __init__(
        self, server: MetricsServer, window: int = WINDOW, namespaces: tuple[str, ...] = ()
    ) -> None:
        """Ask nothing yet."""
        self.window = window
        self._server = server
        self._queries = queries(window, namespaces)
        self._unrouted = unrouted_query(namespaces)

    def look(self, compilation: Compilation, shown: Topology) -> Counts:
        """Return what was counted in the last seconds, asked for in two queries.

        Raises MetricsError.
        """
        requests, times = map(self._rates, self._queries)
        nodes = WorkloadNodes.of(compilation.mesh, shown.known)
        return counts_of(nodes, requests, times, self.window)

    def unrouted(self, compilation: Compilation, shown: Topology) -> tuple[UnroutedCount, ...]:
        """Return how many requests gateways had no route for. Raises MetricsError."""
        nodes = WorkloadNodes.of(compilation.mesh, shown.known)
        return unrouted_counts(nodes, self._rates(self._unrouted))

    def _rates(self, query: str) -> list[tuple[Mapping[str, str], float]]:
        return [(one.labels, one.samples[0][1]) for one in self._server.vector(query)]
