"""LW1813: a program that passes the lane on in a form that not everybody reads as the same lane."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.permissive import CHANGES_THE_LANE
from laneway.core.findings.finding import Finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check
from laneway.core.rules.permissive.will_not_pass_on import expected
from laneway.core.rules.questions.carrying import carrying


def check(mesh: Mesh) -> Iterator[Finding]:
    """Name them; of the id of a trace only the header changes, and the filter finds it there."""
    for group in mesh.groups:
        by_id = group.propagation is not None and group.propagation.carrier == "trace id"
        for one in () if by_id else carrying(mesh, group):
            if one.stand.calls and one.prediction.outcome == "changes it":
                yield from expected(CHANGES_THE_LANE, group, one)


CHECK = Check.of_mesh(CHANGES_THE_LANE, check, of_calls=True)
