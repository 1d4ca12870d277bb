"""LW1209: a lane lists a service that its group does not have."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.lanes import LANE_SERVICE_NOT_IN_GROUP
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find entries of lanes' lists that name no service of the group."""
    for group in mesh.groups:
        named = {(service.namespace, service.name) for service in group.group.services}
        for lane in group.lanes:
            for service in lane.lane.services:
                if (service.namespace, service.name) in named:
                    continue
                meta = lane.lane.meta
                words = {
                    "lane": lane.name,
                    "service": f"{service.namespace}/{service.name}",
                    "group": group.name,
                }
                place = meta.place("spec", "services", service.index)
                yield finding(LANE_SERVICE_NOT_IN_GROUP, place, str(meta.ref), **words)


CHECK = Check.of_mesh(LANE_SERVICE_NOT_IN_GROUP, check, missing=True)
