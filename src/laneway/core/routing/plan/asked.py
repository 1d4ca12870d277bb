"""What lanes alone ask of gateways, in the order in which a proxy would try it.

Comes in: a Mesh. Goes out: its gateway ports as if users had written no VirtualService. Lanes ask
for their hosts wherever a server has them, also where their entries may not bind. Where what may
bind at a host is all that lanes ask for there, that is what they ask: an entry for a wildcard that
may not bind beside the host's own changes no order.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan.entries import asked_entries, plan_entries
from laneway.core.routing.plan.gateways import gateway_ports
from laneway.core.routing.plan.route_plan import Entry, GatewayPort, VirtualHost


def asked_ports(mesh: Mesh) -> tuple[GatewayPort, ...]:
    """Return the ports of gateways with the rules that lanes have for each host."""
    alone, entries = replace(mesh, virtual_services=()), asked_entries(mesh)
    ports = gateway_ports(alone, entries)
    servers = (server for gateway in mesh.gateways.values() for server in gateway.servers)
    if not any("/" in host for server in servers for host in server.hosts):
        return ports
    spaces = {(one.gateway, one.host): one.namespace for one in plan_entries(mesh)}
    placed = [
        replace(one, namespace=spaces.get((one.gateway, one.host), one.namespace))
        for one in entries
    ]
    bound = {
        (port.selector, port.port, host.domain): host
        for port in gateway_ports(alone, placed)
        for host in port.virtual_hosts
    }
    return tuple(
        replace(
            port,
            virtual_hosts=tuple(
                _bound(host, bound.get((port.selector, port.port, host.domain)), placed)
                for host in port.virtual_hosts
            ),
        )
        for port in ports
    )


def _bound(asked: VirtualHost, bound: VirtualHost | None, entries: Sequence[Entry]) -> VirtualHost:
    """Return a host as it is bound if it has all rules that are asked for.

    It has those too that its own entry holds behind a rule for every request.
    """
    if bound is None:
        return asked
    found = {rule.origin for rule in bound.written}
    own = ({rule.origin for rule in one.rules} for one in entries if one.host == bound.domain)
    behind = {origin for origins in own if origins & found for origin in origins}
    return bound if {rule.origin for rule in asked.written} <= found | behind else asked
