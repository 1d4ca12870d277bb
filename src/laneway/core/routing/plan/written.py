"""A user's own VirtualService, read into the plan's words.

Comes in: a VirtualService and the mesh. Goes out: Rules as Istio would translate them: hosts made
absolute in the object's namespace, ports filled in, shares of weight 0 dropped beside others.
https://istio.io/latest/docs/reference/config/networking/virtual-service/
It refuses nothing: a destination that does not exist stays one and fails only its own share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.mesh.hosts import covers
from laneway.core.mesh.mesh import Mesh, MeshService, Protocol
from laneway.core.mesh.names import Host, resolve_gateway, resolve_host
from laneway.core.mesh.visibility import Shown
from laneway.core.resources.istio.networking import HttpRoute, RouteDestination, VirtualService
from laneway.core.resources.matching import Match
from laneway.core.routing.plan.delegates import Delegates, Ours, Written
from laneway.core.routing.plan.raw_headers import read_headers
from laneway.core.routing.plan.route_plan import (
    NO_HEADERS,
    Action,
    Answer,
    Destination,
    Forward,
    Hop,
    Origin,
    Refuse,
    Rule,
    Share,
)

MESH = "mesh"


def binds_mesh(service: VirtualService) -> bool:
    """Whether a VirtualService speaks to sidecars: no gateways written, or `mesh` among them."""
    return not service.gateways or MESH in service.gateways


def mesh_hosts(service: VirtualService) -> tuple[str, ...]:
    """Return the hosts of a VirtualService, made absolute in its namespace.

    Istio reads names, and no wildcards, in any letter case.
    """
    hosts = (resolve_host(host, service.meta.namespace) for host in service.hosts)
    return tuple(host if host.startswith("*") else Host(host.lower()) for host in hosts)


def subsets_asked(mesh: Mesh) -> dict[Host, frozenset[str]]:
    """Return the subset names that users' VirtualServices ask for, by host."""
    asked: dict[Host, set[str]] = {}
    for service in mesh.virtual_services:
        written = [route.destinations for route in service.http]
        written += [route.destinations for route in service.tcp]
        for to in chain.from_iterable(written):
            if to.subset:
                host = resolve_host(to.host, service.meta.namespace)
                asked.setdefault(host, set()).add(to.subset)
    return {host: frozenset(names) for host, names in asked.items()}


def shown(service: VirtualService) -> Shown:
    """Return whom a VirtualService is shown to in the mesh."""
    return Shown.of(service, mesh_hosts(service))


def names_host(service: VirtualService, host: Host) -> bool:
    """Whether a VirtualService names a host itself, and not by a wildcard alone.

    A host that is named beats every wildcard, whatever the age of the objects.
    """
    return host in mesh_hosts(service)


def naming_first(speaking: Sequence[VirtualService], host: Host) -> tuple[VirtualService, ...]:
    """Return those that may decide the HTTP requests for a host: wildcards only if none names it.

    `speaking` are VirtualServices that speak of the host in any way.
    """
    naming = tuple(one for one in speaking if names_host(one, host))
    return naming or tuple(speaking)


def meets_calls(author: VirtualService, service: MeshService) -> bool:
    """Whether HTTP or TCP routes of a VirtualService are for calls to any port of a service.

    HTTP routes meet no connections of TCP, nor TCP routes requests of HTTP.
    """
    ports = service.ports
    return bool(author.http and any(port.protocol == "http" for port in ports)) or bool(
        author.tcp and any(port.protocol == "tcp" or port.sniffed for port in ports)
    )


def takes_over(author: VirtualService, service: MeshService) -> bool:
    """Whether a VirtualService speaks for a service before all callers, whatever they ask for.

    Lanes' routes for the host would fight with it on every sidecar. One that says nothing of HTTP
    leaves HTTP to others; a wildcard takes nothing over from those who name the host.
    """
    http = any(port.protocol == "http" for port in service.ports)
    speaks = bool(author.http) if http else meets_calls(author, service)
    return speaks and shown(author).is_public and names_host(author, service.host)


def written_hops(
    service: MeshService,
    speaking: Sequence[VirtualService],
    own: Sequence[Hop],
    reading: References,
) -> tuple[Hop, ...]:
    """Return the hops of a service as the user's VirtualServices write them, before lanes' own.

    The first one with a rule for the caller decides; the next is reached only by callers that do
    not see it or for whom it has no rule.
    """
    hops = []
    for port in service.ports:
        protocols: tuple[Protocol, ...] = ("http", "tcp") if port.sniffed else (port.protocol,)
        for protocol in protocols:
            mine = (hop for hop in own if (hop.port, hop.protocol) == (port.number, protocol))
            hop = next(mine, None)
            for author in reversed(speaking):
                rules = mesh_rules(reading, author, port.number, tcp=protocol == "tcp")
                ref, to = author.meta.ref, shown(author)
                wild = _wildcard(author, service.host)
                hop = Hop(service.host, port.number, protocol, rules, "", ref, to, hop, wild)
            if hop is not None:
                hops.append(hop)
    return tuple(hops)


def _wildcard(author: VirtualService, host: Host) -> str:
    """Return the narrowest pattern that covers a host; empty where the host itself is named."""
    covering = [one for one in mesh_hosts(author) if covers(one, host)]
    return "" if host in covering else max(covering, key=len, default="")


class References(Struct, frozen=True):
    """What users' routes may refer to: services, and VirtualServices to delegate to."""

    mesh: Mesh
    delegates: Delegates


class Listener(Struct, frozen=True):
    """Where a VirtualService's routes are read: its author, a port, and the services known there.

    A sidecar's HTTP route table knows only services of its own port, so a destination without a
    port gets the listener's; a gateway and a TCP route know every service.
    """

    author: VirtualService
    port: int
    known: Mapping[Host, MeshService]


def mesh_rules(
    reading: References, author: VirtualService, port: int, *, tcp: bool
) -> tuple[Rule, ...]:
    """Return the rules sidecars hold for requests to a service port."""
    if tcp:
        return _tcp_rules(Listener(author, port, reading.mesh.services))
    rules: list[Rule] = []
    own = Listener(author, port, {})
    for found in reading.delegates.routes(author):
        if isinstance(found, Ours):
            rules += _kept(found.rules, _for_mesh)
            continue
        written = found.route.matches
        matches = _all_for_mesh(written)
        if matches or not written:
            listening = own if found.author is author else Listener(found.author, port, {})
            rules.append(_rule(listening, found, matches))
    return tuple(rules)


def gateway_rules(
    reading: References, author: VirtualService, gateway: str, port: int
) -> tuple[Rule, ...]:
    """Return the rules a gateway holds on one of its ports, one match each."""
    rules: list[Rule] = []
    for found in reading.delegates.routes(author):
        if isinstance(found, Ours):
            for rule in _kept(found.rules, lambda match: _at(match, author, gateway)):
                rules += [replace(rule, matches=(match,)) for match in rule.matches] or [rule]
            continue
        listening = Listener(found.author, port, reading.mesh.services)
        written = found.route.matches
        kept = [m for match in written if (m := _at(match, found.author, gateway)) is not None]
        if not written:
            rules.append(_rule(listening, found, ()))
        rules += [_rule(listening, found, (match,)) for match in kept]
    return tuple(rules)


def _kept(rules: Sequence[Rule], speaking: Callable[[Match], Match | None]) -> Iterator[Rule]:
    """Yield the rules of lanes of which a match is held, each with those matches."""
    for rule in rules:
        matches = tuple(kept for match in rule.matches if (kept := speaking(match)) is not None)
        if matches or not rule.matches:
            yield replace(rule, matches=matches)


def _for_mesh(match: Match) -> Match | None:
    """Keep a match that speaks of the mesh. With gateways written, Istio ignores the caller."""
    if not match.gateways:
        return match
    if MESH not in match.gateways:
        return None
    return replace(match, gateways=(), source_labels=(), source_namespace="")


def _all_for_mesh(matches: tuple[Match, ...]) -> tuple[Match, ...]:
    """Keep the matches that speak of the mesh: the very same ones where none names a gateway."""
    for match in matches:
        if match.gateways:
            return tuple([kept for one in matches if (kept := _for_mesh(one)) is not None])
    return matches


def _at(match: Match, author: VirtualService, gateway: str) -> Match | None:
    """Keep a match that speaks of a gateway, as `namespace/name`."""
    if not match.gateways:
        return match
    named = {resolve_gateway(name, author.meta.namespace) for name in match.gateways}
    if gateway not in named:
        return None
    return replace(match, gateways=(), source_labels=(), source_namespace="")


def _rule(listening: Listener, found: Written, matches: tuple[Match, ...]) -> Rule:
    route, headers = found.route, NO_HEADERS
    policy = route.policy
    if "headers" in policy:
        headers = read_headers(policy["headers"])
        policy = {key: value for key, value in policy.items() if key != "headers"}
    origin = Origin(listening.author.meta.ref, ("spec", "http", route.index))
    action = _action(listening, route)
    return Rule(_name(route, matches), matches, action, origin, headers, policy, via=found.via)


def _name(route: HttpRoute, matches: tuple[Match, ...]) -> str:
    """Return the name the route has in a proxy: its own, then the match's."""
    of_match = matches[0].name if len(matches) == 1 else ""
    return f"{route.name}.{of_match}" if route.name and of_match else route.name or of_match


def _action(listening: Listener, route: HttpRoute) -> Action:
    if route.redirect is not None:
        return Answer("redirect", route.redirect)
    if route.direct_response is not None:
        return Answer("directResponse", route.direct_response)
    return _forward(listening, route.destinations)


def _forward(listening: Listener, written: Sequence[RouteDestination]) -> Action:
    """Return the split a list of destinations means. Nothing to send to is refused with a 503."""
    if len(written) == 1:
        # Istio gives a sole destination all the traffic, also one of weight 0.
        return Forward((_share(listening, written[0], 100),))
    shares = (_share(listening, one, one.weight or 0) for one in written)
    weighted = tuple(share for share in shares if share.weight > 0)
    return Forward(weighted, beside_idle=len(weighted) == 1) if weighted else Refuse(503)


def _share(listening: Listener, written: RouteDestination, weight: int) -> Share:
    headers = read_headers(written.headers) if written.headers else NO_HEADERS
    return Share(weight, _destination(listening, written), headers)


def _destination(listening: Listener, written: RouteDestination) -> Destination:
    """Resolve a destination: without a port, the service's only one, else the listener's."""
    host = resolve_host(written.host, listening.author.meta.ref.namespace)
    number = written.port
    if number is None:
        service = listening.known.get(host)
        only = service is not None and len(service.ports) == 1
        number = service.ports[0].number if service is not None and only else listening.port
    return Destination(host, number, written.subset)


def _tcp_rules(listening: Listener) -> tuple[Rule, ...]:
    rules = []
    for route in listening.author.tcp:
        matches = _all_for_mesh(route.matches)
        if matches or not route.matches:
            origin = Origin(listening.author.meta.ref, ("spec", "tcp", route.index))
            action = _forward(listening, route.destinations)
            rules.append(Rule("", matches, action, origin))
    return tuple(rules)
