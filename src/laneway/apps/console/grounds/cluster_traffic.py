"""The traffic of a cluster as one user may know it, by a metrics server.

Comes in: a metrics server, and what the user sees. Goes out: counts of what goes through workloads
of the user's namespaces; nothing is asked of others.
"""

from __future__ import annotations

from contextlib import suppress

from laneway.adapters.metrics import MetricsError, MetricsServer
from laneway.apps.cluster.following import SeenByUser
from laneway.apps.cluster.sight import EVERYWHERE
from laneway.apps.cluster.traffic import WINDOW, WorkloadTraffic
from laneway.core.compile import Compilation
from laneway.core.views.topology.topology import Topology
from laneway.core.views.traffic.counts import Counts


class MeasuredTraffic:
    """What goes through the workloads that a user sees, as a metrics server tells it.

    The server is asked for their namespaces alone, and what it tells of others is no node here.
    """

    pause = 5
    window = float(WINDOW)

    def __init__(self, server: MetricsServer, following: SeenByUser) -> None:
        """Nothing is asked before a look."""
        self._server = server
        self._following = following

    def look(self, compilation: Compilation, shown: Topology, now: float) -> Counts | None:
        """Return what was counted; None while the server does not say."""
        del now  # the server has a clock of its own
        sight = self._following.sight
        if sight is None:
            return None
        sees_all = sight.places.get(("", "Pod")) == EVERYWHERE
        namespaces = () if sees_all else sight.namespaces
        if not sees_all and not namespaces:
            return None
        with suppress(MetricsError):
            return WorkloadTraffic(self._server, WINDOW, namespaces).look(compilation, shown)
        return None
