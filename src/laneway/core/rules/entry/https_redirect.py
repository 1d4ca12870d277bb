"""LW1332: a gateway's server sends to https what would have come into lanes."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.gateway import HTTPS_REDIRECT
from laneway.core.findings.finding import Finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.ask.redirects import redirected
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.rules.check import Check
from laneway.core.rules.questions.redirecting import said_of


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Find redirects to a port that is there."""
    for one in redirected(mesh, plan):
        if one.secure:
            yield said_of(mesh, HTTPS_REDIRECT, one)


CHECK = Check(HTTPS_REDIRECT, check)
