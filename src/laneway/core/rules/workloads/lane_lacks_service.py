"""LW1502: a strict lane that has pods, but none of some service.

The usual cause is a wrong label on that version's pods. A service that no lane has is told once, by
LW1220, and a lane that has nothing by LW1501.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.workloads import LANE_LACKS_SERVICE
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Group, GroupLane, Mesh
from laneway.core.mesh.names import Host
from laneway.core.rules.check import Check
from laneway.core.rules.lanes.service_in_no_lane import in_no_lane
from laneway.core.rules.questions.carried import carried_text
from laneway.core.rules.questions.words import counted, labels_text, short_host
from laneway.core.rules.workloads.lane_without_pods import is_empty


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find what strict lanes lack, one finding per lane."""
    for group in mesh.groups:
        if group.group.is_permissive:
            continue
        nobody = in_no_lane(group)
        for lane in group.lanes:
            lacked = [host for host in _lacked(lane) if host not in nobody]
            if lacked and not is_empty(mesh, lane):
                yield _found(mesh, group, lane, lacked)


def _lacked(lane: GroupLane) -> list[Host]:
    return [host for host in lane.declared if host in lane.absent] if lane.absent else []


def _found(mesh: Mesh, group: Group, lane: GroupLane, lacked: list[Host]) -> Finding:
    meta = lane.lane.meta
    words = {
        "lane": lane.name,
        "services": counted("service", [short_host(host) for host in lacked]),
        "carried": carried_text(mesh.services[lacked[0]].workloads, lane.selector),
        "selector": labels_text(lane.selector),
        "group": group.name,
    }
    return finding(LANE_LACKS_SERVICE, meta.place("spec", "labelSelector"), str(meta.ref), **words)


CHECK = Check.of_mesh(LANE_LACKS_SERVICE, check, missing=True)
