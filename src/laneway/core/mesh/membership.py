"""Who belongs to whom: the group of a host, the lanes of a pod or caller, the pods of a lane.

Comes in: a mesh or group, and a host or labels. Goes out: groups, lanes, pods. Labels alone make a
member, since they are all that a caller's proxy can see, and of two lanes whose labels a pod wears
it is in both. Every room asks here, so that what is planned, told, proven and counted rests on one
answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from laneway.core.mesh.members import is_present, meets
from laneway.core.mesh.mesh import Group, GroupLane, Mesh
from laneway.core.mesh.names import Host, LaneName
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.lanes.swim_lanes import Lane
from laneway.core.resources.matching import Labels


def owner(mesh: Mesh, host: Host) -> Group | None:
    """Return the group that routes a host; a held one does so too, by what is live."""
    return mesh.group(mesh.owner_of.get(host, ""))


def other_owner(mesh: Mesh, group: Group, host: Host) -> Group | None:
    """Return the group that routes a host, if it is not this one."""
    name = mesh.owner_of.get(host, group.name)
    return mesh.group(name) if name != group.name else None


def planning_owner(mesh: Mesh, host: Host) -> Group | None:
    """Return the group that routes a host, unless it is held and plans nothing."""
    group = owner(mesh, host)
    return None if group is None or group.held else group


def lanes_of(group: Group, labels: Labels | Mapping[str, str]) -> tuple[GroupLane, ...]:
    """Return the lanes of a group whose labels these are, oldest first."""
    worn = labels if isinstance(labels, Mapping) else dict(labels)
    found = [
        (age, lane)
        for pair in worn.items()
        for age, lane in group.lanes_by_pair.get(pair, ())
        if len(lane.selector) == 1 or meets(lane.selector, worn)
    ]
    return tuple(lane for _, lane in sorted(found, key=lambda one: one[0]))


def names_of_lanes(group: Group, labels: Labels | Mapping[str, str]) -> frozenset[str]:
    """Return the names of the lanes whose labels these are."""
    return frozenset(lane.name for lane in lanes_of(group, labels))


def is_in(lane: GroupLane, labels: Labels | Mapping[str, str]) -> bool:
    """Whether pods with these labels are in a lane."""
    return meets(lane.selector, dict(labels))


def pods_of_lane(lane: GroupLane | Lane, pods: Iterable[Workload]) -> Iterator[Workload]:
    """Yield those pods that are in a lane, whether they can answer or not."""
    return (pod for pod in pods if meets(lane.selector, pod.labels))


def ready_pods_of_lane(lane: GroupLane | Lane, pods: Iterable[Workload]) -> Iterator[Workload]:
    """Yield those pods that are in a lane and can answer."""
    return filter(is_present, pods_of_lane(lane, pods))


def lane_of_subset(group: Group, subset: str) -> GroupLane | None:
    """Return the lane that a subset's name means: its own, or the value of its only label.

    The second is how the vendor's subsets are named.
    """
    by_tag = (lane for lane in group.lanes if [tag for _, tag in lane.selector] == [subset])
    return group.lane(subset) or next(by_tag, None)


def lane_of_others(group: Group) -> LaneName:
    """Return the lane of requests that nothing puts into one: the baseline, or the oldest lane."""
    return group.baseline or group.lanes[0].name
