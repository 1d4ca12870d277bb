"""LW1611: a group that names no service, so that its lanes are about nothing."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.services import GROUP_WITHOUT_SERVICES
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find groups with lanes and without services; one that has neither is told by LW1204."""
    for group in mesh.groups:
        if group.lanes and not group.group.services:
            meta = group.group.meta
            place = meta.place("spec", "services")
            yield finding(GROUP_WITHOUT_SERVICES, place, str(meta.ref), group=group.name)


CHECK = Check.of_mesh(GROUP_WITHOUT_SERVICES, check)
