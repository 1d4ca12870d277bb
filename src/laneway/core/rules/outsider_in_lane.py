"""LW1508: pods outside the group that carry a lane's labels, and so call as members of it."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.workloads import OUTSIDER_IN_LANE
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.workloads import Workload
from laneway.core.routing.plan import RoutePlan
from laneway.core.rules.check import Check
from laneway.core.rules.questions.members import Lanes, outsiders, pod_name, pod_place
from laneway.core.rules.questions.words import listing


def check(mesh: Mesh, _plan: RoutePlan) -> Iterator[Finding]:
    """Find them, one finding per lane."""
    for group in mesh.groups:
        lanes = Lanes(group)
        found: dict[str, list[Workload]] = {}
        for pod in outsiders(mesh, group):
            for lane in lanes.of(pod.labels)[:1]:
                found.setdefault(lane.name, []).append(pod)
        for name, pods in found.items():
            words = {
                "workloads": listing(pod_name(pod) for pod in pods),
                "group": group.name,
                "lane": name,
            }
            place = pod_place(pods[0], "labels")
            yield finding(OUTSIDER_IN_LANE, place, str(pods[0].meta.ref), **words)


CHECK = Check(OUTSIDER_IN_LANE, check)
