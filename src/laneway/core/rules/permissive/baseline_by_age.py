"""LW1802: a permissive group that leaves its baseline to the age of its lanes.

LW1218 says besides if place alone made the lane the oldest.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.permissive import BASELINE_BY_AGE
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.rules.check import Check


def check(mesh: Mesh) -> Iterator[Finding]:
    """Name the baseline of each group that names none."""
    for group in mesh.groups:
        if group.baseline and not group.held and not names_baseline(group):
            meta = group.group.meta
            place = meta.place("spec", "permissiveModeConfiguration")
            words = {"group": group.name, "lane": group.baseline}
            yield finding(BASELINE_BY_AGE, place, str(meta.ref), **words)


def names_baseline(group: Group) -> bool:
    """Whether a permissive group says which lane is its baseline."""
    return bool(group.group.permissive and group.group.permissive.fallback_target)


CHECK = Check.of_mesh(BASELINE_BY_AGE, check)
