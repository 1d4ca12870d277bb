"""LW1212: permissiveModeConfiguration in a strict group."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.lanes import PERMISSIVE_FIELDS_ON_STRICT
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find strict groups that configure the other mode."""
    for group in mesh.groups:
        if group.group.permissive is not None and not group.group.is_permissive:
            meta = group.group.meta
            place = meta.place("spec", "permissiveModeConfiguration")
            yield finding(PERMISSIVE_FIELDS_ON_STRICT, place, str(meta.ref), group=group.name)


CHECK = Check.of_mesh(PERMISSIVE_FIELDS_ON_STRICT, check)
