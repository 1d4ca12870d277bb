"""LW1604: a headless service in a lane group."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.services import HEADLESS_SERVICE
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check
from laneway.core.rules.questions.words import short_host


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find services whose name stands for all their pods."""
    for host in mesh.owner_of:
        service = mesh.services[host]
        if service.headless:
            meta = service.service.meta
            place = meta.place("spec", "clusterIP")
            yield finding(HEADLESS_SERVICE, place, str(meta.ref), service=short_host(host))


CHECK = Check.of_mesh(HEADLESS_SERVICE, check)
