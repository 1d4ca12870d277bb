"""LW1811: the services of which a sparse output has no objects.

Comes in: a mesh and its plan. Goes out: one finding for each group, or none. It stands apart from
the other rules, since only those who ask for a sparse output are told.
"""

from __future__ import annotations

from laneway.core.findings.codes.permissive import LEFT_OUT
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.routing.plan.sparse import unchanged


def check_sparse(mesh: Mesh, plan: RoutePlan) -> tuple[Finding, ...]:
    """Return how many services of each group are left out."""
    left = set(unchanged(mesh, plan))
    found = []
    for group in mesh.groups:
        if hosts := left.intersection(group.hosts):
            meta = group.group.meta
            words = {"group": group.name, "count": f"{len(hosts)} of {len(group.hosts)} services"}
            found.append(finding(LEFT_OUT, meta.place(), str(meta.ref), **words))
    return tuple(found)
