"""LW1327: a user's VirtualService in a namespace that a gateway's servers do not admit."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.gateway import NOT_ADMITTED
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import GatewayName, resolve_gateway
from laneway.core.resources.yaml.placed import placed
from laneway.core.routing.plan.admitted import ANYWHERE, gets
from laneway.core.rules.check import Check
from laneway.core.rules.questions.words import listing


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find hosts that a gateway serves, and not for the namespace of the VirtualService."""
    for service in mesh.virtual_services:
        space = service.meta.namespace
        for written in service.gateways:
            name = resolve_gateway(written, space)
            gateway = mesh.gateways.get(GatewayName(name))
            for index, host in placed(service.hosts, service.host_places) if gateway else ():
                if gateway is None or gets(gateway, [host], space):
                    continue
                if served := sorted({one for _, one in gets(gateway, [host], ANYWHERE)}):
                    place = service.meta.place("spec", "hosts", index)
                    words = {"gateway": name, "namespace": space, "hosts": listing(served)}
                    yield finding(NOT_ADMITTED, place, str(service.meta.ref), **words)


CHECK = Check.of_mesh(NOT_ADMITTED, check)
