"""What the gateway proxies really hold: lanes' entries and users' VirtualServices, merged.

Comes in: the mesh and the lanes' entries. Goes out: one GatewayPort per selector and port, as Istio
merges Gateways, with virtual hosts whose rules stand in the final order: objects by age, each up to
its first catch-all, all catch-alls last.
https://istio.io/latest/docs/ops/best-practices/traffic-management/#split-virtual-services
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from laneway.core.mesh.mesh import Caller, Mesh
from laneway.core.mesh.names import GatewayName, resolve_gateway
from laneway.core.resources.istio import Gateway
from laneway.core.resources.matching import Labels
from laneway.core.routing.delegates import Delegates
from laneway.core.routing.hosts import covers, visibility
from laneway.core.routing.plan import Entry, GatewayPort, Rule, VirtualHost
from laneway.core.routing.survivors import speaks_of, takes_anything
from laneway.core.routing.tagging import tagging_at
from laneway.core.routing.written import Reading, gateway_rules

GATEWAY_NAMESPACE = "istio-system"
"""Where gateway proxies run, which decides which DestinationRules they see."""

ASSUMED_SELECTOR: Labels = (("istio", "ingressgateway"),)
HTTP_PROTOCOLS = frozenset({"HTTP", "HTTP2", "GRPC", "GRPC-WEB"})


@dataclass(frozen=True, slots=True)
class Bound:
    """An object bound to a gateway: its hosts, its rules on a port, and its place in age."""

    hosts: tuple[str, ...]
    namespace: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Opening:
    """One HTTP server of a Gateway."""

    name: GatewayName
    gateway: Gateway | None
    selector: Labels
    port: int
    hosts: tuple[str, ...]


def gateway_ports(
    mesh: Mesh, entries: Sequence[Entry], delegates: Delegates | None = None
) -> tuple[GatewayPort, ...]:
    """Return every HTTP port of the gateways, with all that is bound to it."""
    reading = Reading(mesh, delegates or Delegates.of(mesh))
    merged: dict[tuple[Labels, int], list[Opening]] = {}
    for opening in openings(mesh, entries):
        merged.setdefault((opening.selector, opening.port), []).append(opening)
    return tuple(
        _port(reading, entries, selector, port, opened)
        for (selector, port), opened in merged.items()
    )


def _port(
    reading: Reading, entries: Sequence[Entry], selector: Labels, port: int, opened: list[Opening]
) -> GatewayPort:
    names = tuple(dict.fromkeys(opening.name for opening in opened))
    spaces = {GATEWAY_NAMESPACE, *(name.partition("/")[0] for name in names)}
    tagging = tuple(tagging_at(reading.mesh, selector, spaces))
    return GatewayPort(selector, port, names, _virtual_hosts(reading, entries, opened), tagging)


def openings(mesh: Mesh, entries: Sequence[Entry]) -> Iterator[Opening]:
    """Yield the HTTP servers of all Gateways, oldest Gateway first.

    Where the input holds no Gateway at all, an entry's gateway is unknown rather than missing, and
    is taken to listen on port 80 for every host, like the one of Istio's own installation.
    """
    if not mesh.gateways:
        for name in dict.fromkeys(entry.gateway for entry in entries):
            yield Opening(name, None, ASSUMED_SELECTOR, 80, ("*",))
    for name, gateway in mesh.gateways.items():
        for server in gateway.servers:
            if server.protocol.upper() in HTTP_PROTOCOLS:
                yield Opening(name, gateway, gateway.selector, server.port, server.hosts)


def _virtual_hosts(
    reading: Reading, entries: Sequence[Entry], opened: Sequence[Opening]
) -> tuple[VirtualHost, ...]:
    domains: dict[str, list[Rule]] = {}
    for opening in opened:
        for bound in bound_to(reading, entries, opening):
            for domain in _domains(opening, bound):
                domains.setdefault(domain, []).extend(bound.rules)
    return tuple(VirtualHost(domain, _settled(domains[domain])) for domain in sorted(domains))


def bound_to(reading: Reading, entries: Sequence[Entry], opening: Opening) -> Iterator[Bound]:
    """Yield what is bound to an opening and has a rule there: nearest first, then oldest.

    The age of an entry is that of its oldest group where every object has a creation time; without
    one the entry is the newest, since it is made from what is already there.
    """
    mesh = reading.mesh
    bound: list[tuple[tuple[int, str, int], Bound]] = []
    position = 0
    dated = all(service.meta.created for service in mesh.virtual_services) and all(
        group.group.meta.created for group in mesh.groups
    )
    for service in mesh.virtual_services:
        space = service.meta.namespace
        near = visibility(service.export_to or ("*",), space, GATEWAY_NAMESPACE)
        named = (resolve_gateway(name, space) for name in service.gateways)
        if near is not None and opening.name in named:
            rules = _kept(gateway_rules(reading, service, opening.name, opening.port), opening)
            age = service.meta.created if dated else ""
            bound.append(((near, age, position), Bound(service.hosts, space, rules)))
            position += 1
    for entry in entries:
        if entry.gateway == opening.name:
            age = _age(mesh, entry) if dated else ""
            rules = _kept(one_match_each(entry.rules), opening)
            space = entry.gateway.partition("/")[0]
            bound.append(((2, age, position), Bound((entry.host,), space, rules)))
            position += 1
    bound.sort(key=lambda pair: pair[0])
    yield from (one for _, one in bound if one.rules)


def _age(mesh: Mesh, entry: Entry) -> str:
    return min(group.group.meta.created for group in mesh.groups if group.name in entry.groups)


def one_match_each(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """Split rules so that each has one match, as a proxy holds them."""
    split: list[Rule] = []
    for rule in rules:
        split += [replace(rule, matches=(match,)) for match in rule.matches] or [rule]
    return tuple(split)


def _kept(rules: Sequence[Rule], opening: Opening) -> tuple[Rule, ...]:
    """Keep the rules for this port and these proxies, up to the first that takes any request."""
    proxy = Caller(GATEWAY_NAMESPACE, opening.selector)
    kept = []
    for rule in rules:
        if all(speaks_of(match, opening.port, proxy) for match in rule.matches):
            kept.append(rule)
            if takes_anything(rule):
                break
    return tuple(kept)


def _domains(opening: Opening, bound: Bound) -> Iterator[str]:
    """Yield the domains a bound object gets at an opening: the narrower of each pair of hosts."""
    found: dict[str, None] = {}
    for written in opening.hosts:
        space, slash, host = written.rpartition("/")
        if slash and not _admits(space, opening, bound):
            continue
        for own in bound.hosts:
            if covers(host, own):
                found[own] = None
            elif covers(own, host):
                found[host] = None
    yield from found


def _admits(space: str, opening: Opening, bound: Bound) -> bool:
    """Whether a server's `namespace/host` admits objects of the bound one's namespace."""
    if space == "*":
        return True
    own = opening.name.partition("/")[0]
    return bound.namespace == (own if space == "." else space)


def _settled(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """Move the rules that take any request to the end, each half in its order."""
    last = [rule for rule in rules if takes_anything(rule)]
    return tuple(rule for rule in rules if not takes_anything(rule)) + tuple(last)
