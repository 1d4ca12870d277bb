"""LW1210: a lane of a strict group lists its services and leaves one out."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.lanes import STRICT_LIST_INCOMPLETE
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import service_host
from laneway.core.rules.check import Check
from laneway.core.rules.questions.words import listing, short_host


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find lists of strict lanes that are no list of all services."""
    for group in mesh.groups:
        if group.group.is_permissive:
            continue
        for lane in group.lanes:
            services = lane.lane.services
            if not services:
                continue
            named = {service_host(service.name, service.namespace) for service in services}
            left_out = [short_host(host) for host in group.hosts if host not in named]
            if left_out:
                meta = lane.lane.meta
                words = {"lane": lane.name, "services": listing(left_out)}
                place = meta.place("spec", "services")
                yield finding(STRICT_LIST_INCOMPLETE, place, str(meta.ref), **words)


CHECK = Check.of_mesh(STRICT_LIST_INCOMPLETE, check)
