"""LW1814: the annotation that says which SDKs a program has names one that is not in the table."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.permissive import UNKNOWN_SDK
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.yaml.nearness import likest
from laneway.core.rules.check import Check
from laneway.core.rules.questions.members import pod_name
from laneway.core.sdks.sighting import SDKS_ANNOTATION, said_sdks
from laneway.core.sdks.table.every import SDKS


def check(mesh: Mesh) -> Iterator[Finding]:
    """Name each, at the annotation."""
    for workload in mesh.workloads:
        for one in said_sdks(workload):
            if one.name not in SDKS:
                near = likest(one.name, SDKS)
                fix = f"Did you mean {near}?" if near else "`laneway propagation` prints the names."
                words = {"workload": pod_name(workload), "name": one.name, "fix": fix}
                place = workload.place("metadata", "annotations", SDKS_ANNOTATION)
                yield finding(UNKNOWN_SDK, place, str(workload.meta.ref), **words)


CHECK = Check.of_mesh(UNKNOWN_SDK, check, of_calls=True)
