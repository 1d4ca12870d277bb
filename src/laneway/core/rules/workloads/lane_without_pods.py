"""LW1501: a lane whose selector matches no workload instance at all."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.workloads import LANE_WITHOUT_PODS
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import GroupLane, Mesh
from laneway.core.rules.check import Check
from laneway.core.rules.questions.carried import Carried
from laneway.core.rules.questions.members import pods_of
from laneway.core.rules.questions.words import labels_text


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find lanes that lack every service of which the input holds pods."""
    for group in mesh.groups:
        empty = [lane for lane in group.lanes if is_empty(mesh, lane)]
        carried = Carried(pods_of(mesh, group).values() if empty else ())
        for lane in empty:
            meta = lane.lane.meta
            words = {
                "lane": lane.name,
                "selector": labels_text(lane.selector),
                "group": group.name,
                "carried": carried.instead_of(lane.selector),
            }
            place = meta.place("spec", "labelSelector")
            yield finding(LANE_WITHOUT_PODS, place, str(meta.ref), **words)


def is_empty(mesh: Mesh, lane: GroupLane) -> bool:
    """Whether a lane has no pod anywhere, though its services have some."""
    return bool(lane.absent) and not any(
        mesh.services[host].workloads for host in lane.declared if host not in lane.absent
    )


CHECK = Check.of_mesh(LANE_WITHOUT_PODS, check, missing=True)
