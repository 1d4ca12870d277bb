"""LW1601: a group names a service that the input does not hold.

Services are needed, since routes are written per port, so here absence is always said.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.services import UNKNOWN_SERVICE
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import service_host
from laneway.core.resources.lanes.swim_lanes import ServiceReference
from laneway.core.rules.check import Check
from laneway.core.rules.questions.services import same_named, service_fix
from laneway.core.rules.questions.words import short_host


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find services of groups that are not there."""
    for group in mesh.groups:
        meta = group.group.meta
        for service in group.group.services:
            host = service_host(service.name, service.namespace)
            if host not in mesh.services:
                words = {
                    "owner": f"group {group.name}",
                    "service": short_host(host),
                    "fix": _fix(mesh, service),
                }
                place = meta.place("spec", "services", service.index)
                yield finding(UNKNOWN_SERVICE, place, str(meta.ref), **words)


def _fix(mesh: Mesh, service: ServiceReference) -> str:
    """A group names a service by two fields, not by its host."""
    spaces = [f"`namespace: {one.namespace}`" for one in same_named(mesh, service.name)]
    if spaces:
        return f"A Service of that name is in another namespace: write {' or '.join(spaces[:2])}."
    return service_fix(mesh, service_host(service.name, service.namespace))


CHECK = Check.of_mesh(UNKNOWN_SERVICE, check, missing=True, of_calls=True)
