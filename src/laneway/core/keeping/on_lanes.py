"""What the status of a lane says of it: its weight, its pods, and who stands in for it.

Comes in: a group, and the status that its lanes have. Goes out: fields of their status. Services
where another lane answers are told by that lane, with the time since when it is so. Each service is
looked at once for all lanes, since there may be thousands of one and dozens of the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from laneway.core.mesh.members import is_present
from laneway.core.mesh.membership import names_of_lanes
from laneway.core.mesh.mesh import Group, GroupLane, Mesh
from laneway.core.mesh.names import Host

MOST_NAMED = 20
"""Services that a stand-in is named with; how many there are is told beside."""

Counts = dict[Host, list[int]]
"""Pods that are ready, and all, by service."""


class OnLanes:
    """The lanes of one group."""

    def __init__(self, mesh: Mesh, group: Group) -> None:
        self._mesh = mesh
        self._weighted = group.group.strategy == "weighted"
        self._pods: dict[str, Counts] = {lane.name: {} for lane in group.lanes}
        self._others: dict[str, dict[str, list[Host]]] = {lane.name: {} for lane in group.lanes}
        for host in group.hosts:
            for pod in mesh.services[host].workloads:
                for name in names_of_lanes(group, pod.labels):
                    counted = self._pods[name].setdefault(host, [0, 0])
                    counted[0] += is_present(pod)
                    counted[1] += 1
            for name, answering in group.answering(host).items():
                if answering != name:
                    self._others[name].setdefault(answering, []).append(host)

    def fields(self, lane: GroupLane, old: Mapping[str, Any], now: str) -> dict[str, Any]:
        """Return the fields of a lane's status that are ours."""
        there = self._pods[lane.name]
        services = [
            {"service": self._named(host), "ready": there[host][0], "total": there[host][1]}
            for host in lane.declared
            if host in there
        ]
        counts = [there[host] for host in lane.declared if host in there]
        found: dict[str, Any] = {
            "pods": {
                "ready": sum(one[0] for one in counts),
                "total": sum(one[1] for one in counts),
            },
            "services": services,
            "standIns": self._stand_ins(lane, old, now),
        }
        if self._weighted:
            found["weight"] = lane.weight.weight if lane.weight else 0
        return found

    def _stand_ins(self, lane: GroupLane, old: Mapping[str, Any], now: str) -> list[dict[str, Any]]:
        known = {one.get("lane"): one for one in old.get("standIns") or ()}
        found = []
        for name, hosts in sorted(self._others[lane.name].items()):
            named = [self._named(host) for host in hosts[:MOST_NAMED]]
            one = {"lane": name, "services": named, "count": len(hosts)}
            before = known.get(name, {})
            same = all(before.get(key) == value for key, value in one.items())
            found.append(one | {"since": str(before.get("since", now)) if same else now})
        return found

    def _named(self, host: Host) -> str:
        service = self._mesh.services[host]
        return f"{service.namespace}/{service.name}"
