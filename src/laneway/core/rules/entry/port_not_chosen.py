"""LW1314: an entry without a port that leads to a service of several."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.entry import PORT_NOT_CHOSEN
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check
from laneway.core.rules.questions.leads import leads
from laneway.core.rules.questions.words import ports_text, short_host


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find entries whose port nobody can know."""
    for lead in leads(mesh):
        service = mesh.services.get(lead.host)
        if service is None or lead.port is not None or len(service.ports) < 2:
            continue
        words = {
            "owner": lead.said,
            "service": short_host(service.host),
            "ports": ports_text(service),
        }
        yield finding(PORT_NOT_CHOSEN, lead.place, lead.subject, **words)


CHECK = Check.of_mesh(PORT_NOT_CHOSEN, check)
