"""The pods that rules speak of: of a group, beside it, and how they are named and placed.

Comes in: a mesh and a group. Goes out: workloads, and words and places for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from laneway.core.findings.place import Place, Step
from laneway.core.mesh.injection import lack_of_sidecar
from laneway.core.mesh.membership import lanes_of
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.mesh.upstreams import calls_of
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.matching import Labels


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
    hosts = frozenset(group.hosts)
    return [
        workload
        for workload in outsiders(mesh, group)
        if not lanes_of(group, workload.labels)
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
