"""LW1815: a route header that SDKs spell anew where it names a member of baggage.

Names of lanes are DNS labels, of which every letter stays as it is; the names of headers may hold
others.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.permissive import KEY_SPELLED_ANEW
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan.members import spelled_anew
from laneway.core.rules.check import Check


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find the keys of groups whose lanes travel by baggage."""
    for group, way in mesh.traveling_by("baggage"):
        letters = spelled_anew(way.route_header)
        if letters:
            meta = group.group.meta
            place = meta.place("spec", "permissiveModeConfiguration", "routeHeader")
            words = {"header": way.route_header, "group": group.name, "letters": letters}
            yield finding(KEY_SPELLED_ANEW, place, str(meta.ref), **words)


CHECK = Check.of_mesh(KEY_SPELLED_ANEW, check)
