"""The state of each group and lane in tables: what it has, and what answers for what it lacks.

In permissive groups also which programs have to pass a lane on, and whether they will.
Comes in: a mesh and the status of its objects. Goes out: a head and rows of words for each table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from laneway.core.mesh.mesh import Group, GroupLane, Mesh
from laneway.core.resources.lanes.swim_lanes import Lane
from laneway.core.views.programs import PROGRAMS, program_rows, programs_of

Row = tuple[str, ...]

GROUPS = ("GROUP", "MODE", "BASELINE", "LANES", "SERVICES", "STATUS")
LANES = ("LANE", "GROUP", "HAS", "ANSWERED BY OTHERS", "STATUS")


def tables(mesh: Mesh, objects: Sequence[dict[str, Any]]) -> list[tuple[Row, list[Row]]]:
    """Return the tables of groups, lanes and programs; lanes that route nothing stand last."""
    told = {(one["kind"], one["metadata"]["name"]): one["status"] for one in objects}
    groups = [_group(one, told["ASMSwimLaneGroup", one.name]) for one in mesh.groups]
    lanes = [
        _lane(mesh, group, lane, told["ASMSwimLane", lane.name])
        for group in mesh.groups
        for lane in group.lanes
    ]
    useless = [*(lane for group in mesh.groups for lane in group.excluded), *mesh.stray_lanes]
    lanes += [_useless(lane, told["ASMSwimLane", lane.meta.name]) for lane in useless]
    return [(GROUPS, groups), (LANES, lanes), (PROGRAMS, program_rows(programs_of(mesh)))]


def listed(mesh: Mesh, objects: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the objects as a list, and beside them what is predicted of programs, if any."""
    told = programs_of(mesh)
    found = {"apiVersion": "v1", "kind": "List", "items": objects}
    return found | ({"programs": told} if told else {})


def not_ready(objects: Sequence[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield each group that says why it is not ready, and what it says."""
    for one in objects:
        if one["kind"] == "ASMSwimLaneGroup":
            (ready,) = one["status"]["conditions"]
            if ready["message"]:
                yield one["metadata"]["name"], ready["message"]


def _group(group: Group, status: dict[str, Any]) -> Row:
    mode = "permissive" if group.group.is_permissive else "strict"
    counts = (str(len(group.lanes)), str(len(group.hosts)))
    return (group.name, mode, group.baseline or "-", *counts, status["status"])


def _lane(mesh: Mesh, group: Group, lane: GroupLane, status: dict[str, Any]) -> Row:
    has = [
        host.partition(".")[0]
        for host in group.hosts
        if lane.has(host) and not mesh.services[host].without_pods
    ]
    others = [
        f"{host.partition('.')[0]}: {answering}"
        for host in group.hosts
        if (answering := group.resolve(lane.name, host)) != lane.name
    ]
    return (lane.name, group.name, ", ".join(has) or "-", ", ".join(others) or "-", _worst(status))


def _useless(lane: Lane, status: dict[str, Any]) -> Row:
    """Return the row of a lane that routes nothing: without its group, or left out of it."""
    return (lane.meta.name, lane.group or "-", "-", "-", _worst(status))


def _worst(status: dict[str, Any]) -> str:
    told = status["validationMessage"]
    counts = [(sum(one["level"] == level for one in told), level) for level in ("error", "warning")]
    worst = ", ".join(f"{count} {level}{'s' * (count > 1)}" for count, level in counts if count)
    (ready,) = status["conditions"]
    return worst or ("Ready" if ready["status"] == "True" else "Empty")
