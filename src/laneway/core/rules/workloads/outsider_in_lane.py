"""LW1508: pods outside the group that carry a lane's labels, and so call as members of it."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.workloads import OUTSIDER_IN_LANE
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.membership import lanes_of
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.rules.check import Check
from laneway.core.rules.questions.members import outsiders, pod_name, pod_place
from laneway.core.rules.questions.words import counted, listing


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find them, one finding per group."""
    for group in mesh.groups:
        found = _found(mesh, group)
        if found:
            pods = [pod for pod, _ in found]
            lanes = list(dict.fromkeys(name for _, name in found))
            words = {
                "workloads": listing([pod_name(pod) for pod in pods], limit=3),
                "group": group.name,
                "verb": "carry" if len(pods) > 1 else "carries",
                "lanes": counted("lane", lanes),
            }
            place = pod_place(pods[0], "labels")
            yield finding(OUTSIDER_IN_LANE, place, str(pods[0].meta.ref), **words)


def _found(mesh: Mesh, group: Group) -> list[tuple[Workload, str]]:
    """Return each pod outside the group that is in a lane, with the lane that comes first."""
    found = [(pod, lanes_of(group, pod.labels)) for pod in outsiders(mesh, group)]
    return [(pod, its[0].name) for pod, its in found if its]


CHECK = Check.of_mesh(OUTSIDER_IN_LANE, check, missing=True, of_calls=True)
