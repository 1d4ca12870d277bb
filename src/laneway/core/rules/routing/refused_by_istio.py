"""LW1421: a VirtualService or Gateway that Istio does not admit to a cluster."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.routing import REFUSED_BY_ISTIO
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find each reason for which an object is refused."""
    for flaw in mesh.refused:
        words = {"user": flaw.meta.ref, "why": flaw.why}
        yield finding(REFUSED_BY_ISTIO, flaw.meta.place(*flaw.path), str(flaw.meta.ref), **words)


CHECK = Check.of_mesh(REFUSED_BY_ISTIO, check)
