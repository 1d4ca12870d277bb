"""LW1606: a service in a lane group that selects no pods, so that no lane can be a part of it."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.services import SERVICE_WITHOUT_SELECTOR
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan import RoutePlan
from laneway.core.rules.check import Check
from laneway.core.rules.questions.words import short_host


def check(mesh: Mesh, _plan: RoutePlan) -> Iterator[Finding]:
    """Find services without a selector, and those that are names for something outside."""
    for host in mesh.owner_of:
        service = mesh.services[host].service
        external = service.type == "ExternalName"
        if external or not service.selector:
            place = service.meta.place("spec", "type" if external else "selector")
            reason = "type ExternalName" if external else "no selector"
            words = {"service": short_host(host), "reason": reason}
            yield finding(SERVICE_WITHOUT_SELECTOR, place, str(service.meta.ref), **words)


CHECK = Check(SERVICE_WITHOUT_SELECTOR, check)
