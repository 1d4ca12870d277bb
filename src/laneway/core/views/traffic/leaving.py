"""Whether requests of a lane were answered by pods that were not to answer them.

Comes in: the mesh, a topology, and who called whom in which lane. Goes out: whether that is a leak.
What a lane is promised is asked where everybody asks: who answers for a lane at a service, and who
stands in while pods are down. Where nobody can tell the lane, the caller's own labels decide, and
of a caller that may serve any lane nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterable

from laneway.core.mesh.membership import owner
from laneway.core.mesh.mesh import Caller, GroupLane, Mesh
from laneway.core.mesh.names import LaneName
from laneway.core.routing.ask.reach import NOTHING, answering, stays
from laneway.core.routing.plan.stand_ins import stand_ins
from laneway.core.views.topology.versions import Version, Versions
from laneway.core.views.traffic.counts import Passing


def is_leak(mesh: Mesh, known: Versions, passing: Passing) -> bool:
    """Whether requests left their lane by coming to who answered them."""
    caller, callee = known.all[passing.caller], known.all[passing.callee]
    group = owner(mesh, callee.host) if callee.host else None
    if group is None:
        return False
    if passing.lane and group.lane(passing.lane) is not None:
        names = [group.resolve(LaneName(passing.lane), callee.host)]
        if not passing.lost:  # who stands in is asked only for a lane that is known
            names += stand_ins(group, callee.host)
        return not _is_among(filter(None, map(group.lane, names)), callee)
    if caller.kind == "gateway" or (group.baseline is not None and caller.lane is None):
        return False
    if passing.lane is None and caller.lane == group.baseline is not None:
        return False
    ways = (answering(mesh, NOTHING, one, callee.host, down=True) for one in _callers(caller))
    return all(not _is_among(lanes, callee) for lanes in ways)


def _is_among(lanes: Iterable[GroupLane], callee: Version) -> bool:
    """Whether pods of a version are in one of some lanes; without lanes there is none to leave."""
    wanted = tuple(lanes)
    if callee.workloads:
        return any(stays(wanted, pod) for pod in callee.workloads)
    return not wanted or callee.lane in {one.name for one in wanted}


def _callers(version: Version) -> list[Caller]:
    if version.workloads:
        return [Caller.of(pod) for pod in version.workloads]
    return [Caller(version.namespace, version.selector)]
