"""LW1801: a permissive group whose baseline is no lane of it."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.permissive import UNKNOWN_FALLBACK_TARGET
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.yaml.nearness import likest
from laneway.core.rules.check import Check
from laneway.core.rules.questions.words import counted


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find fallback targets that nothing answers to, and guess the one that was meant."""
    for group in mesh.groups:
        written = group.group.permissive
        target = written.fallback_target if written and group.group.is_permissive else ""
        if target and group.lane(target) is None:
            names = [lane.name for lane in group.lanes]
            meant = likest(target, names)
            known = counted("lane", names) if names else "no lanes"
            fix = f"Did you mean {meant}?" if meant else f"The group has {known}."
            place = group.group.meta.place("spec", "permissiveModeConfiguration", "fallbackTarget")
            words = {"target": target, "group": group.name, "fix": fix}
            yield finding(UNKNOWN_FALLBACK_TARGET, place, str(group.group.meta.ref), **words)


CHECK = Check.of_mesh(UNKNOWN_FALLBACK_TARGET, check)
