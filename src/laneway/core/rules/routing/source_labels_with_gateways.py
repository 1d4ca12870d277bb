"""LW1411: a match of a user's route that names both gateways and callers.

https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMatchRequest
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.routing import SOURCE_LABELS_WITH_GATEWAYS
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan.rule_names import route_name
from laneway.core.rules.check import Check


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find matches whose source conditions Istio does not look at."""
    for service in mesh.virtual_services:
        for route in service.http:
            for position, match in enumerate(route.matches):
                if match.gateways and (match.source_labels or match.source_namespace):
                    meta = service.meta
                    place = meta.place("spec", "http", route.index, "match", position)
                    name = route_name(service, route)
                    yield finding(SOURCE_LABELS_WITH_GATEWAYS, place, str(meta.ref), route=name)


CHECK = Check.of_mesh(SOURCE_LABELS_WITH_GATEWAYS, check)
