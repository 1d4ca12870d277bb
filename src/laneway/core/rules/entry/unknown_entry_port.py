"""LW1313: an entry, or a route to a lane service, that leads to a port its service lacks."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.entry import UNKNOWN_ENTRY_PORT
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check
from laneway.core.rules.questions.leads import leads, mesh_leads
from laneway.core.rules.questions.words import ports_text, short_host


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find port numbers that are no port of the service, such as the number of a container port."""
    for lead in (*leads(mesh), *mesh_leads(mesh)):
        service = mesh.services.get(lead.host)
        if service is None or lead.port is None or not service.ports:
            continue
        if all(known.number != lead.port for known in service.ports):
            words = {
                "owner": lead.said,
                "port": lead.port,
                "service": short_host(service.host),
                "ports": ports_text(service),
            }
            yield finding(UNKNOWN_ENTRY_PORT, lead.port_place, lead.subject, **words)


CHECK = Check.of_mesh(UNKNOWN_ENTRY_PORT, check)
