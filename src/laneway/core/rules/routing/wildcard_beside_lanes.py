"""LW1420: a user's mesh VirtualService for a wildcard, whose place lanes' own routes take."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.routing import WILDCARD_BESIDE_LANES
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.rules.check import Check
from laneway.core.rules.questions.mesh_routes import mesh_routes
from laneway.core.rules.questions.words import listing, short_host


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Find wildcards in the mesh that cover lane services, one finding per written host."""
    for route in mesh_routes(mesh, plan):
        if route.left:
            user = route.author.meta.ref
            words = {"user": user, "hosts": listing(map(short_host, route.left))}
            yield finding(WILDCARD_BESIDE_LANES, route.place, str(user), **words)


CHECK = Check(WILDCARD_BESIDE_LANES, check)
