"""What the status of a lane says of it: its weight, its pods, and who stands in for it.

Comes in: a lane of a group, and the status it has. Goes out: fields of its status. Services where
another lane answers are told by that lane, with the time since when it is so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from laneway.core.mesh.members import is_present
from laneway.core.mesh.membership import pods_of_lane
from laneway.core.mesh.mesh import Group, GroupLane, Mesh, MeshService
from laneway.core.mesh.names import Host

MOST_NAMED = 20
"""Services that a stand-in is named with; how many there are is told beside."""


def lane_fields(
    mesh: Mesh, group: Group, lane: GroupLane, old: Mapping[str, Any], now: str
) -> dict[str, Any]:
    """Return the fields of a lane's status that are ours."""
    services = [_pods(mesh.services[host], lane) for host in lane.declared]
    there = [one for one in services if one["total"]]
    found: dict[str, Any] = {
        "pods": {key: sum(one[key] for one in there) for key in ("ready", "total")},
        "services": there,
        "standIns": _stand_ins(mesh, group, lane, old, now),
    }
    if group.group.strategy == "weighted":
        found["weight"] = lane.weight.weight if lane.weight else 0
    return found


def _pods(service: MeshService, lane: GroupLane) -> dict[str, Any]:
    pods = list(pods_of_lane(lane, service.workloads))
    ready = sum(map(is_present, pods))
    return {"service": _named(service), "ready": ready, "total": len(pods)}


def _stand_ins(
    mesh: Mesh, group: Group, lane: GroupLane, old: Mapping[str, Any], now: str
) -> list[dict[str, Any]]:
    by_lane: dict[str, list[Host]] = {}
    for host in group.hosts:
        answering = group.resolve(lane.name, host)
        if answering != lane.name:
            by_lane.setdefault(answering, []).append(host)
    known = {one.get("lane"): one for one in old.get("standIns") or ()}
    found = []
    for name, hosts in sorted(by_lane.items()):
        named = [_named(mesh.services[host]) for host in hosts[:MOST_NAMED]]
        one = {"lane": name, "services": named, "count": len(hosts)}
        before = known.get(name, {})
        same = all(before.get(key) == value for key, value in one.items())
        found.append(one | {"since": str(before.get("since", now)) if same else now})
    return found


def _named(service: MeshService) -> str:
    return f"{service.namespace}/{service.name}"
