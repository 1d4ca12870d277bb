"""LW1219: where callers go that are in no lane of a strict group.

Said only if the input holds such pods; LW1218 says besides if place alone made the lane first.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.lanes import DEFAULT_LANE
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.membership import lane_of_others
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check
from laneway.core.rules.questions.members import pod_name, strangers
from laneway.core.rules.questions.words import listing


def check(mesh: Mesh) -> Iterator[Finding]:
    """Name the lane of each strict group's last route, and the pods it is for."""
    for group in mesh.groups:
        if group.held or group.group.is_permissive or not group.lanes:
            continue
        callers = strangers(mesh, group)
        if callers:
            meta = group.group.meta
            words = {
                "callers": listing([pod_name(pod) for pod in callers], limit=3),
                "group": group.name,
                "lane": lane_of_others(group),
            }
            yield finding(DEFAULT_LANE, meta.place("metadata", "name"), str(meta.ref), **words)


CHECK = Check.of_mesh(DEFAULT_LANE, check)
