"""LW1606: a service in a lane group that selects no pods, so that no lane can be a part of it."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.services import SERVICE_WITHOUT_SELECTOR
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.behind import lacks_selector
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check
from laneway.core.rules.questions.words import short_host


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find services without a selector, and those that are names for something outside."""
    for host in mesh.owner_of:
        service = mesh.services[host].service
        reason = lacks_selector(service)
        if reason:
            place = service.meta.place("spec", "selector" if reason == "no selector" else "type")
            words = {"service": short_host(host), "reason": reason}
            yield finding(SERVICE_WITHOUT_SELECTOR, place, str(service.meta.ref), **words)


CHECK = Check.of_mesh(SERVICE_WITHOUT_SELECTOR, check, of_calls=True)
