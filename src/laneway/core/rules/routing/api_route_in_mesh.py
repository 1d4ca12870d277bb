"""LW1423: a route of the Gateway API for calls in the mesh to a lane service."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.routing import API_ROUTE_IN_MESH
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.api_routes import mesh_touches
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check
from laneway.core.rules.questions.words import short_host


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find routes that are attached to lane services, one finding per parent."""
    for touch in mesh_touches(mesh):
        callers = f"callers in {touch.namespace}" if touch.namespace else "all callers"
        user = touch.route.meta.ref
        words = {"user": user, "host": short_host(touch.host), "callers": callers}
        yield finding(API_ROUTE_IN_MESH, touch.place, str(user), **words)


CHECK = Check.of_mesh(API_ROUTE_IN_MESH, check)
