"""Domains of gateways whose requests are sent to https, where lanes would have had them.

Comes in: a mesh and its plan. Goes out: for each server with httpsRedirect what it keeps from
lanes, and the servers that speak TLS for the same hosts. A redirect of hosts without lanes is
nobody's business.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from laneway.core.mesh.hosts import covers
from laneway.core.mesh.membership import owner
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan.gateways import TLS_PROTOCOLS
from laneway.core.routing.plan.route_plan import Forward, GatewayPort, Origin, RoutePlan, Rule


class Redirected(Struct):
    """The domains of one port that a server sends to https, before routes into `groups`.

    `secure` names the servers that speak TLS for any of the domains.
    """

    origin: Origin
    port: GatewayPort
    domains: list[str] = []
    groups: dict[str, None] = {}
    secure: dict[str, None] = {}


def redirected(mesh: Mesh, plan: RoutePlan) -> Iterator[Redirected]:
    """Yield each server that redirects what would have come into lanes."""
    for port in plan.gateway_ports:
        found: dict[Origin, Redirected] = {}
        for host in port.virtual_hosts:
            led = groups_led_to(mesh, host.behind) if host.redirects else {}
            if led:
                origin = host.rules[0].origin
                one = found.setdefault(origin, Redirected(origin, port))
                one.domains.append(host.domain)
                one.groups |= led
                one.secure |= dict.fromkeys(_served_by_tls(mesh, port, host.domain))
        yield from found.values()


def groups_led_to(mesh: Mesh, rules: Iterable[Rule]) -> dict[str, None]:
    """Return the names of the groups whose services some rules lead to, in their order."""
    actions = (rule.action for rule in rules)
    shares = (share for one in actions if isinstance(one, Forward) for share in one.shares)
    owners = (owner(mesh, share.destination.host) for share in shares)
    return {group.name: None for group in owners if group is not None}


def _served_by_tls(mesh: Mesh, port: GatewayPort, domain: str) -> Iterator[str]:
    for name, gateway in mesh.gateways.items():
        for server in gateway.servers if gateway.selector == port.selector else ():
            hosts = [written.rpartition("/")[2].lower() for written in server.hosts]
            known = any(covers(one, domain) or covers(domain, one) for one in hosts)
            if known and server.protocol.upper() in TLS_PROTOCOLS:
                yield f"port {server.port} of {name}"
