"""LW1803: a permissive group with headers that cannot carry a lane.

A group that names no header at all is told by LW1213.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.permissive import HEADER_UNUSABLE
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.propagation import propagation_flaw
from laneway.core.rules.check import Check


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find headers with a meaning of their own, and words that are no header."""
    for group in mesh.groups:
        written = group.group.permissive
        if not group.group.is_permissive or written is None:
            continue
        flaw = propagation_flaw(group.group)
        if flaw and written.route_header and written.trace_header:
            meta = group.group.meta
            field = "traceHeader" if "traceHeader" in flaw else "routeHeader"
            place = meta.place("spec", "permissiveModeConfiguration", field)
            words = {"group": group.name, "reason": flaw}
            yield finding(HEADER_UNUSABLE, place, str(meta.ref), **words)


CHECK = Check.of_mesh(HEADER_UNUSABLE, check)
