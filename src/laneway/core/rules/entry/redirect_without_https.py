"""LW1333: a gateway's server sends requests for lanes to https, where no server takes them."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.gateway import REDIRECT_WITHOUT_HTTPS
from laneway.core.findings.finding import Finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.ask.redirects import redirected
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.rules.check import Check
from laneway.core.rules.questions.redirecting import said_of


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Find redirects to nowhere."""
    for one in redirected(mesh, plan):
        if not one.secure:
            yield said_of(mesh, REDIRECT_WITHOUT_HTTPS, one)


CHECK = Check(REDIRECT_WITHOUT_HTTPS, check)
