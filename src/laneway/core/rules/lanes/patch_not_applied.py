"""LW1222: parts of a group's patches that are not applied."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.lanes import PATCH_NOT_APPLIED
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find parts that a patch may not change, or that Istio would refuse."""
    for group in mesh.groups:
        meta = group.group.meta
        for left in group.patches.left_out:
            words = {"patch": left.patch, "part": left.part, "why": left.why}
            place = meta.place("spec", *left.path)
            yield finding(PATCH_NOT_APPLIED, place, str(meta.ref), group=group.name, **words)


CHECK = Check.of_mesh(PATCH_NOT_APPLIED, check)
