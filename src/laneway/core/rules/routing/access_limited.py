"""LW1426: a policy that may refuse requests to pods of a lane service, or at a gateway."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.routing import ACCESS_LIMITED
from laneway.core.findings.finding import Finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.ask.guarded import guarded
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.rules.check import Check
from laneway.core.rules.questions.guarding import said_of


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Find policies whose rules decide who passes."""
    for one in guarded(mesh, plan):
        if not one.total:
            yield said_of(ACCESS_LIMITED, one)


CHECK = Check(ACCESS_LIMITED, check)
