"""LW1201: kinds of which the input holds nothing, and what is therefore not judged.

What is not in the input is unknown, not missing. One finding says so for all kinds together.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.lanes import NOT_CHECKED
from laneway.core.findings.finding import Finding, unplaced
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check
from laneway.core.rules.questions.words import listing


def check(mesh: Mesh) -> Iterator[Finding]:
    """Name the kinds that would tell more about the lanes."""
    if not mesh.groups:
        return
    unknown = {
        "workloads": () if mesh.workloads else ("the pods of lanes",),
        "Namespaces": () if mesh.namespaces else ("sidecar injection by namespace",),
        "Gateways": () if mesh.gateways else ("the hosts and ports of the entry",),
    }
    kinds = [kind for kind, subjects in unknown.items() if subjects]
    subjects = [subject for found in unknown.values() for subject in found]
    if kinds:
        words = {"kinds": " and no ".join(kinds), "subjects": listing(subjects)}
        yield unplaced(NOT_CHECKED, **words)


CHECK = Check.of_mesh(NOT_CHECKED, check)
