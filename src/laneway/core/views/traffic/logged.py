"""The proxies' log of requests as counts: names of replicas and gateways become nodes.

Comes in: lines with the lane of their request, and who runs in the mesh. Goes out: counts. A
request that no pod answered counts at the pods that were to answer it, and as an error; one that
came to no route at all counts nowhere, since it went over no edge.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from itertools import accumulate

from msgspec import Struct

from laneway.core.emit.envoy.cluster_names import destination_of
from laneway.core.emit.envoy.request_log import GATEWAY, GATEWAY_CALLER
from laneway.core.emit.envoy.tables import gateway_table_name
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import Host
from laneway.core.resources.meta import Ref
from laneway.core.routing.ask.reach import lane_of
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.views.topology.topology import Topology
from laneway.core.views.topology.versions import Versions, gateway_id
from laneway.core.views.traffic.counts import ALL, CountedAnswers, Counts, Passing
from laneway.core.views.traffic.joining import JoinedLine, LogLine

EDGES = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, ALL)
"""Milliseconds up to which answers are counted."""
_FAILED = 500


class LogNames(Struct, frozen=True):
    """What the names in a log stand for: replicas by name, gateways by table, clusters by name."""

    mesh: Mesh
    known: Versions
    replicas: Mapping[str, Ref]
    gateways: Mapping[str, str]
    clusters: dict[str, tuple[Host, str]]

    @classmethod
    def of(
        cls, mesh: Mesh, plan: RoutePlan, shown: Topology, replicas: Mapping[str, Ref]
    ) -> LogNames:
        """Index a mesh; `replicas` has the workload of each replica."""
        tables = {gateway_table_name(one): gateway_id(one.selector) for one in plan.gateway_ports}
        return cls(mesh, shown.known, replicas, tables, {})

    def passing(self, one: JoinedLine) -> Passing | None:
        """Return whose count a line is; None where it speaks of nobody who is known."""
        caller, callee = self._caller(one.line), self._callee(one.line)
        return Passing(caller, callee, one.lane, one.lost) if caller and callee else None

    def _caller(self, line: LogLine) -> str:
        name = str(line.get("caller") or "")
        if name == GATEWAY_CALLER:
            return self.gateways.get(str(line.get(GATEWAY)), "")
        ref = self.replicas.get(name)
        return self.known.home.get(ref, "") if ref is not None else ""

    def _callee(self, line: LogLine) -> str:
        cluster = str(line.get("cluster") or "")
        if cluster not in self.clusters:
            self.clusters[cluster] = self._behind(cluster)
        host, meant = self.clusters[cluster]
        ref = self.replicas.get(str(line.get("pod") or ""))
        if ref is None:
            return meant
        return self.known.at.get((host, ref)) or self.known.home.get(ref, "")

    def _behind(self, cluster: str) -> tuple[Host, str]:
        """Return the host of a cluster, and the node whose pods it stands for."""
        to = destination_of(cluster)
        service = self.mesh.services.get(to.host)
        lane = lane_of(self.mesh, to)
        if service is None:
            return to.host, ""
        return to.host, self.known.unknown_at(service, lane.name if lane else None)


Bins = dict[Passing, list[int]]
"""Answers by the time they took, each in the bin of the first edge not below it; last, failures."""


def counted(names: LogNames, lines: Iterable[JoinedLine]) -> Counts:
    """Count lines."""
    return {passing: tally(bins) for passing, bins in binned(names, lines).items()}


def binned(names: LogNames, lines: Iterable[JoinedLine]) -> Bins:
    """Count lines into bins, which can be added up and taken away again."""
    found: Bins = {}
    for one in lines:
        passing = names.passing(one)
        if passing is None:
            continue
        bins = found.get(passing)
        if bins is None:
            bins = found[passing] = [0] * (len(EDGES) + 1)
        bins[-1] += _is_failed(one.line)
        bins[bisect_left(EDGES, _milliseconds(one.line))] += 1
    return found


def tally(bins: list[int]) -> CountedAnswers:
    """Return what bins come to."""
    *timed, failed = bins
    return CountedAnswers(sum(timed), failed, dict(zip(EDGES, accumulate(timed), strict=True)))


def _is_failed(line: LogLine) -> bool:
    """Whether a request ended in an error of the server's, or in no answer at all."""
    status = line.get("status")
    return not isinstance(status, int) or status == 0 or status >= _FAILED


def _milliseconds(line: LogLine) -> float:
    found = line.get("ms")
    return float(found) if isinstance(found, int | float) else 0.0
