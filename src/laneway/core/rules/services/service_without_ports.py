"""LW1605: a service in a lane group without a port that the mesh routes."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.services import SERVICE_WITHOUT_PORTS
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check
from laneway.core.rules.questions.words import short_host


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find services with no ports, or with UDP ports alone."""
    for host in mesh.owner_of:
        service = mesh.services[host]
        if not service.ports:
            meta = service.service.meta
            place = meta.place("spec", "ports")
            yield finding(SERVICE_WITHOUT_PORTS, place, str(meta.ref), service=short_host(host))


CHECK = Check.of_mesh(SERVICE_WITHOUT_PORTS, check, of_calls=True)
