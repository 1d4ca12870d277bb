"""LW1329: a route of the Gateway API that leads from a gateway into lanes."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.gateway import API_ROUTE_AT_GATEWAY
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.api_routes import entry_touches
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check
from laneway.core.rules.questions.words import listing, short_host


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find routes that lead to lane services, or stand at a gateway of lanes."""
    for touch in entry_touches(mesh):
        user = touch.route.meta.ref
        led = f"leads to {listing(map(short_host, touch.hosts))}" if touch.hosts else "is bound"
        words = {"user": user, "gateway": touch.gateway, "led": led}
        yield finding(API_ROUTE_AT_GATEWAY, touch.place, str(user), **words)


CHECK = Check.of_mesh(API_ROUTE_AT_GATEWAY, check)
