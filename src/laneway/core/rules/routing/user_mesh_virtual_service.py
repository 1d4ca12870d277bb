"""LW1401: a user's VirtualService speaks for a lane service in the mesh.

It is kept as it is, and no lane routes are written for the host: two would fight on every sidecar.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.routing import USER_MESH_VIRTUAL_SERVICE
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.routing.plan.written import shown
from laneway.core.rules.check import Check
from laneway.core.rules.questions.mesh_routes import mesh_routes
from laneway.core.rules.questions.words import listing, short_host


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Find users' mesh VirtualServices on hosts of lane groups, one finding per written host."""
    for route in mesh_routes(mesh, plan):
        if route.taken:
            user = route.author.meta.ref
            to = shown(route.author)
            words = {
                "user": user,
                "host": listing(map(short_host, route.taken)),
                "audience": "" if to.is_public else f" for callers in {listing(to.spaces)}",
            }
            yield finding(USER_MESH_VIRTUAL_SERVICE, route.place, str(user), **words)


CHECK = Check(USER_MESH_VIRTUAL_SERVICE, check)
