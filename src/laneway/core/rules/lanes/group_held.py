"""LW1217: a group for which nothing is compiled, and why."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.lanes import GROUP_HELD
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find held groups, with all their reasons in one finding."""
    for group in mesh.groups:
        if group.held:
            meta = group.group.meta
            words = {"group": group.name, "reason": "; ".join(group.held)}
            yield finding(GROUP_HELD, meta.place("metadata", "name"), str(meta.ref), **words)


CHECK = Check.of_mesh(GROUP_HELD, check)
