"""What the status of a lane says of it: its weight, its pods, and who stands in for it.

Comes in: a group, and the status that its lanes have. Goes out: fields of their status. Services
where another lane answers are told by that lane, with the time since when it is so. Each service is
looked at once for all lanes, since there may be thousands of one and dozens of the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from laneway.core.mesh.members import is_present
from laneway.core.mesh.membership import names_of_lanes
from laneway.core.mesh.mesh import Group, GroupLane, Mesh
from laneway.core.mesh.names import Host

MOST_NAMED = 20
"""Services that a stand-in is named with; how many there are is told beside."""

Counts = dict[Host, list[int]]
"""Pods that are ready, and all, by service."""
Listed = list[dict[str, Any]]


class _OnLane(Struct):
    """What is told of one lane, whatever its weight."""

    pods: dict[str, int]
    services: Listed
    stand_ins: Listed


class OnLanes:
    """The lanes of one group. It keeps nothing of the mesh, so that it can be remembered."""

    def __init__(self, mesh: Mesh, group: Group) -> None:
        pods: dict[str, Counts] = {lane.name: {} for lane in group.lanes}
        others: dict[str, dict[str, list[Host]]] = {lane.name: {} for lane in group.lanes}
        for host in group.hosts:
            for pod in mesh.services[host].workloads:
                for name in names_of_lanes(group, pod.labels):
                    counted = pods[name].setdefault(host, [0, 0])
                    counted[0] += is_present(pod)
                    counted[1] += 1
            for name, answering in group.answering(host).items():
                if answering != name:
                    others[name].setdefault(answering, []).append(host)
        self._told = {
            lane.name: _on_lane(mesh, lane, pods[lane.name], others[lane.name])
            for lane in group.lanes
        }

    def fields(
        self, group: Group, lane: GroupLane, old: Mapping[str, Any], now: str
    ) -> dict[str, Any]:
        """Return the fields of a lane's status that are ours."""
        told = self._told[lane.name]
        if told.services == (there := old.get("services")):
            told.services = there  # so that it is once in memory
        found: dict[str, Any] = {
            "pods": told.pods,
            "services": told.services,
            "standIns": _dated(told.stand_ins, old, now),
        }
        if group.group.strategy == "weighted":
            found["weight"] = lane.weight.weight if lane.weight else 0
        return found


def _on_lane(
    mesh: Mesh, lane: GroupLane, counts: Counts, others: Mapping[str, list[Host]]
) -> _OnLane:
    there = [(host, counts[host]) for host in lane.declared if host in counts]
    return _OnLane(
        {"ready": sum(one[0] for _, one in there), "total": sum(one[1] for _, one in there)},
        [{"service": _named(mesh, host), "ready": one[0], "total": one[1]} for host, one in there],
        [
            {
                "lane": name,
                "services": [_named(mesh, host) for host in hosts[:MOST_NAMED]],
                "count": len(hosts),
            }
            for name, hosts in sorted(others.items())
        ],
    )


def _dated(stand_ins: Listed, old: Mapping[str, Any], now: str) -> Listed:
    """Return who stands in, with the time since when it is so."""
    known = {one.get("lane"): one for one in old.get("standIns") or ()}
    found = []
    for one in stand_ins:
        before = known.get(one["lane"], {})
        same = all(before.get(key) == value for key, value in one.items())
        found.append(one | {"since": str(before.get("since", now)) if same else now})
    return found


def _named(mesh: Mesh, host: Host) -> str:
    service = mesh.services[host]
    return f"{service.namespace}/{service.name}"
