"""LW1503: pods that carry the labels of two lanes.

Lanes of which one contains the other are told by their selectors (LW1208), not once more per pod.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from laneway.core.findings.codes.workloads import POD_IN_TWO_LANES
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.membership import lanes_of
from laneway.core.mesh.mesh import Group, GroupLane, Mesh
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.rules.check import Check
from laneway.core.rules.lanes.overlapping_selectors import containments
from laneway.core.rules.questions.members import pod_name, pod_place, pods_of
from laneway.core.rules.questions.words import listing

Names = tuple[str, ...]


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find pods of a group that are in several lanes, all of the same lanes in one finding."""
    for group in mesh.groups:
        for names, pods in _shared(mesh, group).items():
            words = {"workload": listing(pod_name(pod) for pod in pods), "lanes": listing(names)}
            place = pod_place(pods[0], "labels")
            yield finding(POD_IN_TWO_LANES, place, str(pods[0].meta.ref), **words)


def _shared(mesh: Mesh, group: Group) -> dict[Names, list[Workload]]:
    told = {frozenset((str(one.name), str(other.name))) for one, other in containments(group)}
    found: dict[Names, list[Workload]] = {}
    for pod in pods_of(mesh, group).values():
        its = lanes_of(group, pod.labels)
        if _is_news(its, told):
            found.setdefault(tuple(lane.name for lane in its), []).append(pod)
    return found


def _is_news(lanes: Sequence[GroupLane], told: set[frozenset[str]]) -> bool:
    """Whether two of the lanes share the pod for no other reason than its labels."""
    names = [str(lane.name) for lane in lanes]
    pairs = (frozenset((one, other)) for one in names for other in names if one < other)
    return any(pair not in told for pair in pairs)


CHECK = Check.of_mesh(POD_IN_TWO_LANES, check, of_calls=True)
