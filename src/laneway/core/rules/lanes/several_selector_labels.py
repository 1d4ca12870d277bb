"""LW1215: lanes that select their pods by more than one label."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.lanes import SEVERAL_SELECTOR_LABELS
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check
from laneway.core.rules.questions.words import counted


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find such lanes, all of a group in one finding."""
    for group in mesh.groups:
        lanes = [lane for lane in group.lanes if len(lane.selector) > 1]
        if lanes:
            meta = lanes[0].lane.meta
            names = counted("lane", [lane.name for lane in lanes])
            place = meta.place("spec", "labelSelector")
            yield finding(SEVERAL_SELECTOR_LABELS, place, str(meta.ref), lanes=names)


CHECK = Check.of_mesh(SEVERAL_SELECTOR_LABELS, check)
