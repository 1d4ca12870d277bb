"""LW1805: a baseline that cannot answer for a service.

A service that no lane has is told once, by LW1220, and a baseline that has nothing by LW1501.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.permissive import BASELINE_LACKS_SERVICE
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check
from laneway.core.rules.lanes.service_in_no_lane import in_no_lane
from laneway.core.rules.questions.words import labels_text, listing, short_host
from laneway.core.rules.workloads.lane_without_pods import is_empty


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find what baselines lack, one finding per group."""
    for group in mesh.groups:
        lane = group.lane(group.baseline) if group.baseline else None
        if lane is None or group.held or is_empty(mesh, lane):
            continue
        nobody = in_no_lane(group)
        lacked = [host for host in group.hosts if not lane.has(host) and host not in nobody]
        if lacked:
            words = {
                "lane": lane.name,
                "group": group.name,
                "services": listing([short_host(host) for host in lacked]),
                "selector": labels_text(lane.selector),
            }
            meta = lane.lane.meta
            place = meta.place("spec", "services" if lane.undeclared else "labelSelector")
            yield finding(BASELINE_LACKS_SERVICE, place, str(meta.ref), **words)


CHECK = Check.of_mesh(BASELINE_LACKS_SERVICE, check, missing=True)
