"""LW1422: a user's mesh VirtualService for another spelling of a lane service's name."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.routing import OTHER_SPELLING
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.yaml.placed import placed
from laneway.core.routing.plan.outside import misspelled
from laneway.core.routing.plan.written import mesh_hosts
from laneway.core.rules.check import Check
from laneway.core.rules.questions.words import short_host


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find hosts that are no service to Istio, and by which programs call one."""
    for service in mesh.virtual_services:
        taken = misspelled(mesh, service)
        for index, host in placed(mesh_hosts(service), service.host_places) if taken else ():
            if (lane_service := taken.get(host.lower())) is not None:
                words = {"user": service.meta.ref, "spelled": host}
                words["host"] = short_host(lane_service.host)
                place = service.meta.place("spec", "hosts", index)
                yield finding(OTHER_SPELLING, place, str(service.meta.ref), **words)


CHECK = Check.of_mesh(OTHER_SPELLING, check)
