"""LW1443: strict lanes that give every proxy many clusters of other lanes.

A caller needs one subset of a service; all others it holds are for callers of other lanes.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.routing import CLUSTERS_NOBODY_NEEDS
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.rules.check import Check
from laneway.core.rules.questions.words import listing

MANY = 500
"""From here on they cost every proxy some 30 MB, and half a second of its start."""


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Count the clusters of all strict groups together: a proxy holds those of each."""
    surplus: dict[str, int] = {}
    strict = {group.name: group for group in mesh.groups if group.baseline is None}
    for host, planned in plan.lane_subsets.items():
        if planned.group in strict:
            count = (len(planned.subsets) - 1) * len(mesh.services[host].ports)
            surplus[planned.group] = surplus.get(planned.group, 0) + count
    costly = [name for name, count in surplus.items() if count]
    if (total := sum(surplus.values())) >= MANY:
        meta = strict[costly[0]].group.meta
        groups = f"group{'' if len(costly) == 1 else 's'} {listing(costly)}"
        words = {"groups": groups, "count": total}
        place = meta.place("metadata", "name")
        yield finding(CLUSTERS_NOBODY_NEEDS, place, str(meta.ref), **words)


CHECK = Check(CLUSTERS_NOBODY_NEEDS, check)
