"""LW1217: a group for which nothing is compiled, and why.

Where nothing speaks against it but that its services are in namespaces that somebody may not see,
nobody says that it is held: whoever sees all of it compiles it.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.lanes import GROUP_HELD
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.not_read import own_reasons
from laneway.core.rules.check import Check


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find held groups, with all their reasons in one finding."""
    unread, not_read = mesh.snapshot.unread, mesh.snapshot.not_read
    for group in mesh.groups:
        if held := own_reasons(group.held, unread, not_read):
            meta = group.group.meta
            words = {"group": group.name, "reason": "; ".join(held)}
            yield finding(GROUP_HELD, meta.place("metadata", "name"), str(meta.ref), **words)


CHECK = Check.of_mesh(GROUP_HELD, check)
