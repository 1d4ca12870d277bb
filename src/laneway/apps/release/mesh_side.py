"""The mesh on this machine, as a release sees it: what it runs, and what its proxies counted.

Comes in: a mesh's folder. Goes out: the weights that are live, the hops of the chain, and totals of
pods by hop and lane. Everything is read from what the mesh keeps for others to look at.
"""

from __future__ import annotations

from collections.abc import Mapping

from laneway.adapters.envoy import EnvoyFleet
from laneway.adapters.files import read_paths
from laneway.apps.local.record.outside import look
from laneway.apps.local.record.served import placement_of
from laneway.apps.local.record.state import MeshFolder
from laneway.core.edits.lane_splits import lane_splits
from laneway.core.emit.envoy.cluster_names import destination_of
from laneway.core.emit.envoy.config import inbound_stat, stat_name
from laneway.core.emit.placement import Replica
from laneway.core.mesh.link import link
from laneway.core.release.counts import ALL, Sample, Totals
from laneway.core.release.hops import Hops, replica_hops
from laneway.core.release.lane_traffic import LaneTraffic, Weights, hop_names, weights_of

_RECEIVED = r"http\.in\|.*\.downstream_rq_(completed|5xx|time)"
_NOBODY, _FAILED, _AGAIN = (
    "upstream_cx_none_healthy",
    "upstream_rq_pending_failure_eject",
    "upstream_rq_retry",
)
_COUNTED = rf"^({_RECEIVED}|cluster\.outbound\|.*\.({_NOBODY}|{_FAILED}|{_AGAIN}))$"
UNREACHED = "(nobody)"
"""Stands for a pod where requests of a lane reached none."""


class MeshSide:
    """A running mesh. It is read anew whenever what it serves has changed."""

    silence = ""

    def __init__(self, folder: MeshFolder, lanes: tuple[str, str]) -> None:
        self._folder = folder
        self._lanes = lanes
        self._fleet = EnvoyFleet(folder.proxies)
        self._known: tuple[object, Weights, Hops, Mapping[str, Replica]] | None = None

    def live(self) -> LaneTraffic | None:
        """Return what runs now; None while the mesh is down, starting or half-way."""
        record = look(self._folder).record
        if record is None or record.state != "ready":
            self._known = None
            return None
        text = self._folder.input.read_bytes()
        state = (text, record.replicas, record.pid)
        if self._known is None or self._known[0] != state:
            mesh = link(read_paths([str(self._folder.input)]))
            replicas = placement_of(record).replicas
            self._fleet.leave()
            self._fleet = EnvoyFleet(self._folder.proxies)
            self._fleet.adopt()
            found = replica_hops(mesh, self._lanes, replicas)
            places = {one.name: one for one in replicas}
            self._known = (state, weights_of(lane_splits(mesh)), found, places)
        _, weights, answering, by_name = self._known
        return LaneTraffic(weights, hop_names(answering), self._sample(answering, by_name))

    def _sample(self, found: Hops, replicas: Mapping[str, Replica]) -> Sample:
        counters, histograms = self._fleet.counted(_COUNTED)
        lost = _unreached(counters)
        sample: dict[tuple[str, str], dict[str, Totals]] = {}
        for (hop, lane), names in found.items():
            pods = {name: _totals(replicas[name], counters, histograms) for name in names}
            count = lost.get((hop.rpartition("/")[2], lane), 0)
            sample[hop, lane] = {**pods, UNREACHED: Totals(count, count)}
        return sample

    def leave(self) -> None:
        """Let go of the proxies."""
        self._fleet.leave()


def _unreached(counters: Mapping[str, int]) -> dict[tuple[str, str], int]:
    """Count requests that came to no pod of a lane, by service and lane: each is an error.

    There was none, or the last try got no connection.
    """
    found: dict[tuple[str, str], int] = {}
    for name, count in counters.items():
        cluster, _, word = name.removeprefix("cluster.").rpartition(".")
        if word in (_NOBODY, _FAILED, _AGAIN):
            to = destination_of(cluster)
            key = (to.host.partition(".")[0], to.subset)
            found[key] = found.get(key, 0) + (-count if word == _AGAIN else count)
    return {key: max(0, count) for key, count in found.items()}


def _totals(
    replica: Replica, counters: Mapping[str, int], histograms: Mapping[str, Mapping[float, int]]
) -> Totals:
    """Put together what a replica's ports counted."""
    answers = errors = 0
    within: dict[float, int] = {}
    for place in replica.ports:
        stat = inbound_stat(replica.name, place.container)
        answers += counters.get(stat_name("http", stat, "downstream_rq_completed"), 0)
        errors += counters.get(stat_name("http", stat, "downstream_rq_5xx"), 0)
        times = histograms.get(stat_name("http", stat, "downstream_rq_time"), {})
        for edge, count in times.items():
            within[edge] = within.get(edge, 0) + count
    if within:
        within[ALL] = within[max(within)]
    return Totals(answers, errors, within)
