"""Which pods of a permissive group have to pass the lane on.

Comes in: a mesh and a group. Goes out: workloads. A pod's own labels stand in for a lane that is
not told, so pods that serve their own lane alone may forget it; those that answer for others may
not, as soon as they call a service of the group.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from laneway.core.mesh.membership import pods_of_lane
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.mesh.names import Host, LaneName
from laneway.core.mesh.upstreams import calls_of
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.meta import Ref


class Stand(Struct, frozen=True):
    """A workload that answers for other lanes than its own, and the services it calls."""

    workload: Workload
    lane: LaneName
    others: tuple[LaneName, ...]
    calls: tuple[Host, ...]


def stands(mesh: Mesh, group: Group) -> Iterator[Stand]:
    """Yield the workloads of a permissive group that answer for lanes other than their own.

    `calls` names the services of the group whose URLs they know; it may be empty.
    """
    if group.baseline is None:
        return
    found: dict[Ref, tuple[Workload, LaneName, tuple[LaneName, ...]]] = {}
    for host in group.hosts:
        standing: dict[LaneName, list[LaneName]] = {}
        for name, by in group.answering(host).items():
            if name != by:
                standing.setdefault(by, []).append(name)
        for by, others in standing.items():
            lane = group.lane(by)
            for workload in pods_of_lane(lane, mesh.services[host].workloads) if lane else ():
                found.setdefault(workload.meta.ref, (workload, by, tuple(others)))
    hosts = frozenset(group.hosts)
    for workload, lane_name, others_of in found.values():
        calls = tuple(one.host for one in calls_of(mesh, workload) if one.host in hosts)
        yield Stand(workload, lane_name, others_of, calls)
