"""What the gateway proxies really hold: lanes' entries and users' VirtualServices, merged.

Comes in: the mesh and the lanes' entries. Goes out: one GatewayPort per selector and port, as Istio
merges Gateways, with virtual hosts whose rules stand in the final order: objects by age, each up to
its first catch-all, all catch-alls last.
https://istio.io/latest/docs/ops/best-practices/traffic-management/#split-virtual-services
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.mesh.mesh import Caller, Mesh
from laneway.core.mesh.names import GatewayName, resolve_gateway
from laneway.core.mesh.taggings import tagging_at
from laneway.core.mesh.visibility import Shown, SidecarScope
from laneway.core.resources.istio.networking import Gateway, GatewayServer
from laneway.core.resources.matching import Labels
from laneway.core.routing.plan.admitted import HTTP_PROTOCOLS, bound_domains
from laneway.core.routing.plan.delegates import Delegates
from laneway.core.routing.plan.route_plan import (
    TO_HTTPS,
    Answer,
    Entry,
    GatewayPort,
    Origin,
    Rule,
    VirtualHost,
)
from laneway.core.routing.plan.survivors import speaks_of, takes_anything
from laneway.core.routing.plan.written import References, gateway_rules

GATEWAY_NAMESPACE = "istio-system"
"""Where gateway proxies run, which decides which DestinationRules they see."""


def gateway_scope(selector: Labels = ()) -> SidecarScope:
    """Return what gateway proxies see; of their pods no more is known than a selector's labels."""
    return SidecarScope(Caller(GATEWAY_NAMESPACE, selector), is_gateway=True)


ASSUMED_SELECTOR: Labels = (("istio", "ingressgateway"),)
TLS_PROTOCOLS = frozenset({"HTTPS", "TLS"})


class Bound(Struct, frozen=True):
    """An object bound to a gateway: its hosts, its rules on a port, and its place in age."""

    hosts: tuple[str, ...]
    namespace: str
    rules: tuple[Rule, ...]


class Opening(Struct, frozen=True):
    """One HTTP server of a Gateway."""

    name: GatewayName
    gateway: Gateway | None
    selector: Labels
    port: int
    hosts: tuple[str, ...]
    server: GatewayServer | None = None

    @property
    def redirect(self) -> Rule | None:
        """The rule of a server that sends every request to https."""
        if self.server is None or self.gateway is None or not self.server.https_redirect:
            return None
        path = ("spec", "servers", self.server.index, "tls", TO_HTTPS)
        origin = Origin(self.gateway.meta.ref, path)
        return Rule(TO_HTTPS, (), Answer(TO_HTTPS, {"scheme": "https"}), origin)


def gateway_ports(
    mesh: Mesh, entries: Sequence[Entry], delegates: Delegates | None = None
) -> tuple[GatewayPort, ...]:
    """Return every HTTP port of the gateways, with all that is bound to it."""
    reading = References(mesh, delegates or Delegates.of(mesh))
    merged: dict[tuple[Labels, int], list[Opening]] = {}
    for opening, before in told_apart(openings(mesh, entries)):
        if before is None:
            merged.setdefault((opening.selector, opening.port), []).append(opening)
    return tuple(
        _port(reading, entries, selector, port, opened)
        for (selector, port), opened in merged.items()
    )


def _port(
    reading: References,
    entries: Sequence[Entry],
    selector: Labels,
    port: int,
    opened: list[Opening],
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
                yield Opening(name, gateway, gateway.selector, server.port, server.hosts, server)


def told_apart(found: Iterable[Opening]) -> Iterator[tuple[Opening, Opening | None]]:
    """Yield each server, and the earlier one for which Istio leaves it out, if it does.

    Hosts of servers with a `tls` block have to differ on a port, or the later server is skipped
    whole. Istio looks at the block alone: a redirect on an HTTP port counts as well.
    https://github.com/istio/istio/blob/master/pilot/pkg/model/gateway.go
    """
    known: dict[tuple[Labels, int, str, str], Opening] = {}
    for opening in found:
        server, before = opening.server, None
        if server is not None and server.tls:
            space = opening.name.partition("/")[0]
            hosts = (_unprefixed(written, space) for written in server.hosts)
            keys = [(opening.selector, opening.port, server.bind, host) for host in hosts]
            before = next((known[key] for key in keys if key in known), None)
            if before is None:
                known |= dict.fromkeys(keys, opening)
        yield opening, before


def _unprefixed(host: str, own: str) -> str:
    """Spell a server's host as Istio compares it: `*/` says nothing, `./` names the namespace."""
    space, slash, name = host.rpartition("/")
    if space == "*":
        return name
    return f"{own}/{name}" if space == "." else f"{space}{slash}{name}"


def _virtual_hosts(
    reading: References, entries: Sequence[Entry], opened: Sequence[Opening]
) -> tuple[VirtualHost, ...]:
    """Return the domains of a port, in lower case: Istio merges hosts that differ in case alone.

    Which hosts an object and a server have in common is compared as they are written.
    https://github.com/istio/istio/blob/master/pilot/pkg/networking/core/gateway.go
    """
    domains: dict[str, list[Rule]] = {}
    redirects: dict[str, Rule] = {}
    for opening in opened:
        redirect, named = opening.redirect, [_unprefixed(one, "") for one in opening.hosts]
        for bound in bound_to(reading, entries, opening):
            own = opening.name.partition("/")[0]
            for domain in bound_domains(opening.hosts, own, bound.hosts, bound.namespace):
                domains.setdefault(domain.lower(), []).extend(bound.rules)
                named.append(domain)
        for domain in map(str.lower, named) if redirect is not None else ():
            if redirect is not None and "/" not in domain:
                domains.setdefault(domain, [])
                redirects.setdefault(domain, redirect)
    return tuple(
        _virtual_host(domain, domains[domain], redirects.get(domain)) for domain in sorted(domains)
    )


def _virtual_host(domain: str, rules: Sequence[Rule], redirect: Rule | None) -> VirtualHost:
    """Return a domain's rules in order; a redirect to https stands before all of them.

    It is one of the domain, not of the port: a domain of another server alone is served as it is.
    https://github.com/istio/istio/blob/master/pilot/pkg/networking/core/gateway.go
    """
    if redirect is None:
        return VirtualHost(domain, _settled(rules))
    return VirtualHost(domain, (redirect,), _settled(rules))


def bound_to(reading: References, entries: Sequence[Entry], opening: Opening) -> Iterator[Bound]:
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
        near = Shown.of(service, ()).nearness(GATEWAY_NAMESPACE)
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
            bound.append(((2, age, position), Bound((entry.host,), entry.namespace, rules)))
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


def _settled(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """Move the rules that take any request to the end, each half in its order."""
    # Istio does so with every rule without conditions, whatever its place and its object's age
    last = [rule for rule in rules if takes_anything(rule)]
    return tuple(rule for rule in rules if not takes_anything(rule)) + tuple(last)
