"""LW1213: a permissive group that does not name both of its headers."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.lanes import PERMISSIVE_WITHOUT_HEADERS
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.lanes.swim_lanes import PermissiveConfiguration
from laneway.core.rules.check import Check


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find permissive groups without traceHeader or routeHeader."""
    for group in mesh.groups:
        if not group.group.is_permissive:
            continue
        written = group.group.permissive or PermissiveConfiguration()
        headers = {"traceHeader": written.trace_header, "routeHeader": written.route_header}
        missing = [name for name, value in headers.items() if not value]
        if missing:
            meta = group.group.meta
            key = "permissiveModeConfiguration" if group.group.permissive else "isPermissive"
            words = {"group": group.name, "headers": " and no ".join(missing)}
            place = meta.place("spec", key)
            yield finding(PERMISSIVE_WITHOUT_HEADERS, place, str(meta.ref), **words)


CHECK = Check.of_mesh(PERMISSIVE_WITHOUT_HEADERS, check)
