"""LW1816: lanes as pairs of SkyWalking, and nothing that makes the trace that agents want beside.

Agents for Java and Python read pairs only where a `sw8` came with them.
https://skywalking.apache.org/docs/main/latest/en/api/x-process-correlation-headers-v1/
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.permissive import PAIRS_NEED_TRACE
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find groups whose clients would have to send the trace themselves."""
    for group, way in mesh.traveling_by("correlation"):
        if way.entry_trace is None:
            meta = group.group.meta
            place = meta.place("spec", "permissiveModeConfiguration", "traceHeader")
            yield finding(PAIRS_NEED_TRACE, place, str(meta.ref), group=group.name)


CHECK = Check.of_mesh(PAIRS_NEED_TRACE, check)
