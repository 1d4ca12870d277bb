"""LW1211: a service that an older group already routes."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.lanes import SERVICE_IN_TWO_GROUPS
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.membership import other_owner
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import service_host
from laneway.core.rules.check import Check
from laneway.core.rules.questions.words import short_host


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find services of a group that belong to another one."""
    for group in mesh.groups:
        meta = group.group.meta
        for service in group.group.services:
            host = service_host(service.name, service.namespace)
            older = other_owner(mesh, group, host)
            if older is not None:
                words = {"service": short_host(host), "owner": older.name}
                place = meta.place("spec", "services", service.index)
                yield finding(SERVICE_IN_TWO_GROUPS, place, str(meta.ref), **words)


CHECK = Check.of_mesh(SERVICE_IN_TWO_GROUPS, check, of_calls=True)
