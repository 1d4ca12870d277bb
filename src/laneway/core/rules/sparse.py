"""LW1811, LW1451: the services of which a sparse output has no objects, or that there are none.

Comes in: a mesh and its plan. Goes out: one finding for each group. It stands apart from
the other rules, since only those who ask for a sparse output are told.
"""

from __future__ import annotations

from laneway.core.findings.codes.layouts import NOTHING_LEFT_OUT
from laneway.core.findings.codes.permissive import LEFT_OUT
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.mesh.names import Host
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.routing.plan.sparse import unchanged

STRICT = "it is strict, so each lane answers for itself at every service"
CHANGED = "each of its services is changed by a lane, or something needs its objects"
ANOTHER_LAYOUT = "Nothing to do; for strict lanes --layout scoped makes proxies smaller."
NOTHING = "Nothing to do."


def check_sparse(mesh: Mesh, plan: RoutePlan) -> tuple[Finding, ...]:
    """Return how many services of each group are left out."""
    left = set(unchanged(mesh, plan))
    return tuple(_told(group, left) for group in mesh.groups if not group.held)


def _told(group: Group, left: set[Host]) -> Finding:
    meta = group.group.meta
    place, subject = meta.place(), str(meta.ref)
    if hosts := left.intersection(group.hosts):
        count = f"{len(hosts)} of {len(group.hosts)} services"
        return finding(LEFT_OUT, place, subject, group=group.name, count=count)
    why, fix = (STRICT, ANOTHER_LAYOUT) if group.baseline is None else (CHANGED, NOTHING)
    return finding(NOTHING_LEFT_OUT, place, subject, group=group.name, why=why, fix=fix)
