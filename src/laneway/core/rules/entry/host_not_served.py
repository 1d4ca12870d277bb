"""LW1311: hosts of entry routes for which their gateway has no server of the routes' protocol."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.gateway import HOST_NOT_SERVED
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.hosts import covers
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import GatewayName, resolve_gateway
from laneway.core.resources.istio.networking import VirtualService
from laneway.core.resources.yaml.placed import placed
from laneway.core.routing.plan.admitted import HTTP_PROTOCOLS
from laneway.core.routing.plan.entry_uses import entry_uses
from laneway.core.rules.check import Check
from laneway.core.rules.questions.words import listing


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find hosts of lanes' entries and of users' VirtualServices that are not served."""
    yield from dict.fromkeys(_of_lanes(mesh))
    for service in mesh.virtual_services:
        for written in service.gateways:
            name = GatewayName(resolve_gateway(written, service.meta.namespace))
            for index, host in placed(service.hosts, service.host_places):
                served = _served(mesh, name, _protocols(service))
                if served is not None and not _meets(host, served):
                    place = service.meta.place("spec", "hosts", index)
                    kind = "HTTP" if service.http else "TCP and TLS"
                    words = {"gateway": name, "host": host, "kind": kind, "served": _say(served)}
                    yield finding(HOST_NOT_SERVED, place, str(service.meta.ref), **words)


def _of_lanes(mesh: Mesh) -> Iterator[Finding]:
    for group in mesh.groups:
        served = _served(mesh, group.gateway) if group.gateway else None
        if served is None:
            continue
        for use in entry_uses(group):
            for place, host in use.hosts:
                if not _meets(host, served):
                    subject = str(use.lane.lane.meta.ref)
                    words = {"gateway": group.gateway, "host": host, "served": _say(served)}
                    yield finding(HOST_NOT_SERVED, place, subject, kind="HTTP", **words)


def _served(
    mesh: Mesh, name: GatewayName, protocols: frozenset[str] = HTTP_PROTOCOLS
) -> list[str] | None:
    """Return the hosts of a gateway's servers; None where it is not known, or refused.

    Only servers of some protocols are asked.
    """
    gateway = mesh.gateways.get(name)
    if gateway is None or any(flaw.meta is gateway.meta for flaw in mesh.refused):
        return None
    return [
        host.rpartition("/")[2]
        for server in gateway.servers
        if server.protocol.upper() in protocols
        for host in server.hosts
    ]


def _protocols(service: VirtualService) -> frozenset[str]:
    """Return the protocols of servers at which the routes of a VirtualService can stand.

    HTTP routes stand behind TLS that ends at the gateway as well, TCP and TLS routes only where no
    HTTP is read. Routes of which none is written stand anywhere.
    https://istio.io/latest/docs/reference/config/networking/gateway/#Port
    """
    found: set[str] = set()
    if service.http or not (service.tcp or service.tls):
        found |= {*HTTP_PROTOCOLS, "HTTPS"}
    if service.tcp or service.tls or not service.http:
        found |= {"TCP", "TLS", "HTTPS", "MONGO", "MYSQL", "REDIS", "HBONE"}
    return frozenset(found)


def _meets(host: str, served: list[str]) -> bool:
    return any(covers(host, known) or covers(known, host) for known in served)


def _say(served: list[str]) -> str:
    return listing(served) or "no host at all"


CHECK = Check.of_mesh(HOST_NOT_SERVED, check)
