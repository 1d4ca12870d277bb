"""LW1510: pods of a group's service that no lane selects."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.workloads import POD_IN_NO_LANE
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.members import is_present
from laneway.core.mesh.membership import lanes_of
from laneway.core.mesh.mesh import Group, Mesh, MeshService
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.rules.check import Check
from laneway.core.rules.questions.carried import values_of
from laneway.core.rules.questions.members import pod_name, pod_place
from laneway.core.rules.questions.words import labels_text, listing


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find pods that get no requests, one finding per service."""
    for group in mesh.groups:
        if group.lanes and not group.held:
            for host in group.hosts:
                idle = _idle(mesh.services[host], group)
                if idle:
                    yield _found(group, idle)


def _idle(service: MeshService, group: Group) -> list[Workload]:
    present = filter(is_present, service.workloads)
    return [pod for pod in present if not lanes_of(group, pod.labels)]


def _found(group: Group, idle: list[Workload]) -> Finding:
    keys = list(dict.fromkeys(key for lane in group.lanes for key, _ in lane.selector))
    words = {
        "workload": listing(pod_name(pod) for pod in idle),
        "group": group.name,
        "carried": values_of(idle, keys) or f"no {listing(keys)}",
        "wanted": listing(labels_text(lane.selector) for lane in group.lanes),
    }
    place = pod_place(idle[0], "labels")
    return finding(POD_IN_NO_LANE, place, str(idle[0].meta.ref), **words)


CHECK = Check.of_mesh(POD_IN_NO_LANE, check, missing=True, of_calls=True)
