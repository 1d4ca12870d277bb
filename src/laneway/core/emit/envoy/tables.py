"""Route tables: one per class of callers, and one per gateway port.

Comes in: the plan and where replicas run. Goes out: Envoy's route tables, and the name of every
counter they will have. Callers whom no rule can tell apart are one class and share one table.
In the mesh a virtual host carries its port, since callers of all ports share a table; unknown hosts
pass through, as in a mesh with Istio's ALLOW_ANY. What programs do to reach a service differs with
interception alone: they know its virtual address, and ask for no tunnels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.emit.envoy.config import ENTRY, Block
from laneway.core.emit.envoy.listeners import TO_OUTSIDE
from laneway.core.emit.envoy.outside import PASSTHROUGH
from laneway.core.emit.envoy.policy import ISTIO_RETRIES
from laneway.core.emit.envoy.routes import ANYTHING
from laneway.core.emit.envoy.speller import Speller, Table
from laneway.core.emit.envoy.tunnels import CONNECT, OPEN, tunnel_route
from laneway.core.emit.placement import Interception, Replica
from laneway.core.mesh.mesh import Caller, Mesh, MeshPort, MeshService, Protocol
from laneway.core.mesh.names import CLUSTER_DOMAIN, Host
from laneway.core.mesh.spellings import HTTP_PORT
from laneway.core.mesh.upstreams import named_service
from laneway.core.mesh.visibility import scope_of
from laneway.core.resources.matching import Labels
from laneway.core.routing.ask.walk import find_hop
from laneway.core.routing.plan.gateways import gateway_scope
from laneway.core.routing.plan.outside import rules_outside
from laneway.core.routing.plan.route_plan import (
    Destination,
    Forward,
    GatewayPort,
    Hop,
    RoutePlan,
    Rule,
    Share,
    VirtualHost,
)
from laneway.core.routing.plan.survivors import default_rule, surviving

_TABLE = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration"


class CallerClass(Struct, frozen=True):
    """Callers that meet the same rules: one namespace, and alike in every label a rule asks for.

    `plain` callers have no sidecar: nothing anybody wrote reaches them.
    """

    namespace: str
    labels: Labels = ()
    plain: bool = False

    @property
    def caller(self) -> Caller:
        """One caller, that stands for all."""
        return Caller(self.namespace, self.labels)

    @property
    def table(self) -> str:
        """The name of the class's route table."""
        words = [f"{key}={value}" for key, value in self.labels]
        kind = "plain" if self.plain else "outbound"
        return "/".join([kind, self.namespace, ",".join(words) or "any"])


def class_of(replica: Replica, asked: frozenset[tuple[str, str]]) -> CallerClass:
    """Return the class a replica's calls belong to."""
    caller = replica.caller
    if not replica.sidecar:
        return CallerClass(caller.namespace, plain=True)
    labels = tuple(label for label in caller.labels if label in asked)
    return CallerClass(caller.namespace, labels)


def caller_table(
    mesh: Mesh, plan: RoutePlan, callers: CallerClass, private: Interception | None = None
) -> Table:
    """Return the table of a class of callers: every service they can dial, then the way out."""
    table = Table({"@type": _TABLE, "name": callers.table, "validate_clusters": False})
    taken: set[str] = set()
    scope = scope_of(mesh, callers.caller)
    asks = private is None
    hosts = [_outside(asks=asks), *_written_outside(mesh, plan, table, callers, asks=asks)]
    taken.update(domain for host in hosts for domain in host["domains"])
    for service in mesh.services.values():
        for port in service.ports:
            domains = [d for d in _domains(service, port, callers, private) if d not in taken]
            taken.update(domains)
            if domains:
                name = f"{service.host}:{port.number}"
                speller = Speller(mesh, plan, table, name, service.host, port.number, scope)
                routes = list(_port_routes(speller, callers, port, asks=asks))
                hosts.append(_virtual_host(name, domains, routes))
    table.block["virtual_hosts"] = hosts
    return table


def gateway_table(mesh: Mesh, plan: RoutePlan, port: GatewayPort, name: str) -> Table:
    """Return the table of a gateway port. Domains are met whatever port the client dialed."""
    table = Table(
        {
            "@type": _TABLE,
            "name": name,
            "validate_clusters": False,
            "ignore_port_in_host_matching": True,
        }
    )
    taken: set[str] = set()
    scope = gateway_scope(port.selector)
    hosts: list[Block] = []
    for virtual_host in port.virtual_hosts:
        domain = virtual_host.domain.lower()
        if domain and domain not in taken:
            taken.add(domain)
            own = f"{name}/{domain}"
            speller = Speller(mesh, plan, table, own, Host(domain), port.port, scope)
            hosts.append(_entry_host(speller, virtual_host))
    table.block["virtual_hosts"] = hosts
    return table


def _entry_host(speller: Speller, virtual_host: VirtualHost) -> Block:
    """Return a domain of a gateway; where it redirects to https no route is needed."""
    rules = () if virtual_host.redirects else virtual_host.rules
    routes = [route for rule in rules for route in speller.routes(rule)]
    host = _virtual_host(speller.virtual_host, [virtual_host.domain.lower()], routes)
    return host | {"require_tls": "ALL"} if virtual_host.redirects else host


def gateway_table_name(port: GatewayPort) -> str:
    """Return the name of a gateway port's table and listener."""
    words = ",".join(f"{key}={value}" for key, value in port.selector)
    return f"{ENTRY}{words or 'any'}/{port.port}"


def _port_routes(
    speller: Speller, callers: CallerClass, port: MeshPort, *, asks: bool
) -> Iterator[Block]:
    """Yield the routes of one service port: HTTP ones, and a tunnel.

    What comes through a tunnel to an HTTP port is routed as HTTP, if programs ask for one; where a
    port may carry anything, its bytes are.
    """
    if port.protocol == "http":
        for rule in _rules(speller, callers, "http"):
            yield from speller.routes(rule)
        if asks and not port.sniffed:
            yield tunnel_route()
    if port.protocol == "tcp" or port.sniffed:
        for route in speller.routes(_rules(speller, callers, "tcp")[0]):
            yield _tunnel(route)


def _rules(speller: Speller, callers: CallerClass, protocol: Protocol) -> tuple[Rule, ...]:
    """Return what a class of callers meets at a service port, for one of its protocols."""
    hops = speller.plan.hops.get(speller.host, ())
    found = (hop for hop in hops if (hop.port, hop.protocol) == (speller.port, protocol))
    hop = next(found, Hop(speller.host, speller.port, protocol, ()))
    if callers.plain:
        return (_dialed(hop),)
    return surviving(speller.mesh, hop, callers.caller)


def _dialed(hop: Hop) -> Rule:
    """Return the rule of callers without a sidecar: the address they dial, which hides nothing."""
    share = Share(100, Destination(hop.host, hop.port, dialed=True))
    return replace(default_rule(hop), action=Forward((share,)))


def _tunnel(route: Block) -> Block:
    """Turn the one route of a TCP rule into a tunnel: the program's CONNECT, then plain bytes."""
    if "route" not in route:
        return route | {"match": CONNECT}
    return route | {"match": CONNECT, "route": route["route"] | OPEN}


def _written_outside(
    mesh: Mesh, plan: RoutePlan, table: Table, callers: CallerClass, *, asks: bool
) -> Iterator[Block]:
    """Yield the hosts that are no service, of which a VirtualService speaks for these callers.

    A name by which they call a service is among them where that VirtualService is the older object.
    """
    scope = scope_of(mesh, callers.caller)
    for name, hops in plan.outside.items() if not callers.plain else ():
        for hop in hops:
            service = named_service(mesh, name, callers.namespace)
            known = find_hop(mesh, plan, service, hop.port, "http") if service else None
            rules = rules_outside(mesh, plan, callers.caller, (name, hop.port), known)
            host = f"{name}:{hop.port}"
            speller = Speller(mesh, plan, table, host, hop.host, hop.port, scope)
            routes = [route for rule in rules for route in speller.routes(rule)]
            if routes:
                domains = _with_port([name], hop.port)
                tunnels = [tunnel_route()] if asks else []
                yield _virtual_host(host, domains, [*routes, *tunnels])


def _outside(*, asks: bool) -> Block:
    """Return the virtual host of all hosts that are no service: requests and tunnels pass."""
    out: Block = {"cluster": PASSTHROUGH, "timeout": "0s"}
    host: Block = {"name": "allow_any", "domains": ["*"]}
    plain: Block = {"name": "allow_any", "match": ANYTHING, "route": out}
    if not asks:
        return host | {"routes": [plain]}
    tunnel: Block = {"name": "allow_any", "match": CONNECT, "route": out | OPEN}
    return host | {"typed_per_filter_config": TO_OUTSIDE, "routes": [tunnel, plain]}


def _virtual_host(name: str, domains: Iterable[str], routes: list[Block]) -> Block:
    host: Block = {"name": name, "domains": list(domains), "routes": routes}
    if any("route" in route for route in routes):
        host["retry_policy"] = ISTIO_RETRIES
    return host


def _domains(
    service: MeshService, port: MeshPort, callers: CallerClass, private: Interception | None
) -> Iterator[str]:
    """Yield what a program may write to dial a service port, as istiod has it per namespace.

    https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
    """
    # to DNS a name with a dot at its end is the same, to Envoy another domain
    names = [service.host, f"{service.host}."]
    if service.host.endswith(f".svc.{CLUSTER_DOMAIN}"):
        short = f"{service.name}.{service.namespace}"
        names += [short, f"{short}.svc"]
        if service.namespace == callers.namespace:
            names.append(service.name)
    if private is not None and service.host in private.services:
        names.append(private.services[service.host])
    yield from _with_port(names, port.number)
    if private is not None and _is_only_one(service, port):
        yield from (name.lower() for name in names)


def _is_only_one(service: MeshService, port: MeshPort) -> bool:
    """Whether a name without a port can mean this port alone: in a pod Envoy knows the one dialed.

    A table of Istio's is for one port, and takes names with and without it.
    """
    http = [one for one in service.ports if one.protocol == "http"]
    return http == [port] and port.number != HTTP_PORT


def _with_port(names: Iterable[str], port: int) -> Iterator[str]:
    """Yield names as a client writes them into a request; the usual port may go without saying."""
    for name in names:
        # Envoy lowers the Host of a request before it looks for its domain
        yield f"{name.lower()}:{port}"
        if port == HTTP_PORT:
            yield name.lower()
