"""LW1206: a group name that cannot be the value of a label."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.lanes import GROUP_NAME_TOO_LONG
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.link_groups import LABEL_VALUE_LENGTH
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find groups whose name is longer than a label value may be."""
    for group in mesh.groups:
        if len(group.name) > LABEL_VALUE_LENGTH:
            meta = group.group.meta
            place = meta.place("metadata", "name")
            words = {"group": group.name, "length": len(group.name)}
            yield finding(GROUP_NAME_TOO_LONG, place, str(meta.ref), **words)


CHECK = Check.of_mesh(GROUP_NAME_TOO_LONG, check)
