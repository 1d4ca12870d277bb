"""Hosts of gateways at which lanes have rules that are not met there.

Comes in: a Mesh and its RoutePlan. Goes out: each host that proxies hold, with the rules that lanes
ask for at it and that are not among its routes. Only a Gateway whose hosts are for one namespace
parts an entry from a host; where nobody else has the host, nobody holds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.matching import Labels
from laneway.core.routing.plan.asked import asked_ports
from laneway.core.routing.plan.gateways import gateway_ports
from laneway.core.routing.plan.route_plan import Entry, GatewayPort, RoutePlan, Rule, VirtualHost

Spot = tuple[Labels, int, str]
"""The gateways' selector, the port and the domain, in lower case."""


class Parted(Struct, frozen=True):
    """A host of a port and the rules of lanes that are not met there."""

    port: GatewayPort
    host: VirtualHost
    missed: tuple[Rule, ...]


def parted(mesh: Mesh, plan: RoutePlan) -> Iterator[Parted]:
    """Yield the hosts that somebody has and lanes are parted from."""
    servers = (server for gateway in mesh.gateways.values() for server in gateway.servers)
    if not any("/" in host for server in servers for host in server.hosts):
        return
    asked, planned = rules_at(asked_ports(mesh)), met(mesh, plan.entries)
    for port in plan.gateway_ports:
        for host in port.virtual_hosts:
            spot = spot_of(port, host)
            there = {rule.origin for rule in planned.get(spot, ())}
            missed = tuple(rule for rule in asked.get(spot, ()) if rule.origin not in there)
            if missed and host.written:
                yield Parted(port, host, missed)


def spot_of(port: GatewayPort, host: VirtualHost) -> Spot:
    """Return what tells a host of a port from all others."""
    return port.selector, port.port, host.domain.lower()


def met(mesh: Mesh, entries: Sequence[Entry]) -> Mapping[Spot, tuple[Rule, ...]]:
    """Return the rules of entries where they are met, as if users had written nothing."""
    return rules_at(gateway_ports(replace(mesh, virtual_services=()), entries))


def rules_at(ports: Iterable[GatewayPort]) -> Mapping[Spot, tuple[Rule, ...]]:
    """Return the rules of each host of some ports."""
    return {spot_of(port, host): host.written for port in ports for host in port.virtual_hosts}
