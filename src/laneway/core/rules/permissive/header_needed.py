"""LW1809: which programs of a permissive group have to pass the lane on.

Those of pods that answer for lanes which lack the service: of the baseline, or of a lane that
stands in for one service. Only programs that are seen to call a service of the group are told.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.permissive import HEADER_NEEDED
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.routing.ask.passing import carrier_text
from laneway.core.rules.check import Check
from laneway.core.rules.questions.members import pod_name
from laneway.core.rules.questions.needing import stands
from laneway.core.rules.questions.words import listing


def check(mesh: Mesh) -> Iterator[Finding]:
    """Name them, one finding per group."""
    for group in mesh.groups:
        if not group.held and group.propagation is not None:
            needing = [pod_name(one.workload) for one in stands(mesh, group) if one.calls]
            if needing:
                yield _found(group, needing, carrier_text(group.propagation))


def _found(group: Group, needing: list[str], header: str) -> Finding:
    one = len(needing) == 1
    meta = group.group.meta
    words = {
        "workloads": listing(needing),
        "verb": "answers" if one else "answer",
        "calls": "calls" if one else "call",
        "they": "it has" if one else "they have",
        "group": group.name,
        "header": header,
    }
    place = meta.place("spec", "permissiveModeConfiguration", "traceHeader")
    return finding(HEADER_NEEDED, place, str(meta.ref), **words)


CHECK = Check.of_mesh(HEADER_NEEDED, check, of_calls=True)
