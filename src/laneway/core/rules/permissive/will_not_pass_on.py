"""LW1812: a program that has to pass the lane on and will not, by what its manifest shows."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.permissive import WILL_NOT_PASS_ON
from laneway.core.findings.finding import Code, Finding, finding
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.routing.ask.passing import carrier_text
from laneway.core.rules.check import Check
from laneway.core.rules.questions.carrying import Carrying, carrying
from laneway.core.rules.questions.members import pod_name


def check(mesh: Mesh) -> Iterator[Finding]:
    """Name them, each at the setting that decides."""
    for group in mesh.groups:
        for one in carrying(mesh, group):
            if one.stand.calls and one.prediction.outcome == "will not":
                yield from expected(WILL_NOT_PASS_ON, group, one)


def expected(code: Code, group: Group, one: Carrying) -> Iterator[Finding]:
    """Yield the finding of a code about what is predicted of a workload."""
    fact, propagation = one.prediction.fact, group.propagation
    if fact is None or propagation is None:
        return
    words = {
        "workload": pod_name(one.stand.workload),
        "header": carrier_text(propagation),
        "group": group.name,
        "because": one.prediction.words,
        "says": fact.says,
        "remedy": fact.remedy,
    }
    yield finding(code, one.prediction.place, str(one.stand.workload.meta.ref), **words)


CHECK = Check.of_mesh(WILL_NOT_PASS_ON, check, of_calls=True)
