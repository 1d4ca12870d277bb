"""Which lanes a pod is in by its labels, found without asking every lane.

Comes in: a Group. Goes out: an index from pod labels to lanes. Labels alone decide, since they are
all a caller's proxy can see.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from laneway.core.findings.place import Place, Step
from laneway.core.mesh.injection import lack_of_sidecar
from laneway.core.mesh.members import meets
from laneway.core.mesh.mesh import Group, GroupLane, Mesh
from laneway.core.mesh.upstreams import calls_of
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.matching import Labels


class Lanes:
    """The lanes of a group by the labels of their pods."""

    def __init__(self, group: Group) -> None:
        """Index the lanes by one pair of their selectors."""
        self._by_pair: dict[tuple[str, str], list[GroupLane]] = {}
        for lane in group.lanes:
            self._by_pair.setdefault(lane.selector[0], []).append(lane)
        self._age = {lane.name: age for age, lane in enumerate(group.lanes)}

    def of(self, labels: Mapping[str, str]) -> list[GroupLane]:
        """Return the lanes whose selector these labels meet, oldest first."""
        found = [
            lane
            for pair in labels.items()
            for lane in self._by_pair.get(pair, ())
            if meets(lane.selector, labels)
        ]
        return sorted(found, key=lambda lane: self._age[lane.name])


def pods_of(mesh: Mesh, group: Group) -> dict[int, Workload]:
    """Return the workloads of a group's services, each once, by identity."""
    return {
        id(workload): workload for host in group.hosts for workload in mesh.services[host].workloads
    }


def outsiders(mesh: Mesh, group: Group) -> list[Workload]:
    """Return the workloads with a sidecar that belong to no service of a group."""
    inside = pods_of(mesh, group)
    outside = (workload for workload in mesh.workloads if id(workload) not in inside)
    return [workload for workload in outside if lack_of_sidecar(mesh, workload) is None]


def strangers(mesh: Mesh, group: Group) -> list[Workload]:
    """Return the workloads outside a group that call it and are in none of its lanes.

    Seen are calls by a URL in a workload's environment; without a sidecar no route is asked. Pods
    of the group's own services that are in no lane are told apart (LW1510).
    """
    lanes, hosts = Lanes(group), frozenset(group.hosts)
    return [
        workload
        for workload in outsiders(mesh, group)
        if not lanes.of(workload.labels)
        and any(call.host in hosts for call in calls_of(mesh, workload))
    ]


def pod_place(workload: Workload, *steps: Step) -> Place:
    """Return the place of something in the metadata of a workload's pods."""
    return workload.place("metadata", *steps)


def spec_place(workload: Workload, *steps: Step) -> Place:
    """Return the place of something in the spec of a workload's pods."""
    return workload.place("spec", *steps)


def part_of(labels: Mapping[str, str], keys: Iterable[str]) -> Labels:
    """Return the pairs of these keys that the labels have."""
    return tuple((key, labels[key]) for key in keys if key in labels)


def pod_name(workload: Workload) -> str:
    """Name a workload as `namespace/name`."""
    return f"{workload.namespace}/{workload.meta.name}"
