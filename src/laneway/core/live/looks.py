"""How an object shows in what one class of proxies is sent, before and after it is written.

Comes in: an object's two states and a proxy. Goes out: a Look: nothing of it is seen, or the sights
that tell the new state, or that it is seen but by no name that could be asked for. That holds for
TCP routes, which are in listeners, for policies of DestinationRules, and for Sidecars.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from typing import Any

from msgspec import Struct

from laneway.core.changes.routes import hosts_of
from laneway.core.changes.seen_rules import SeenRules, selector_of
from laneway.core.changes.subsets import host_of
from laneway.core.emit.envoy.cluster_names import cluster_name
from laneway.core.emit.manifest import Manifest
from laneway.core.live.proxies import ExpectedProxy
from laneway.core.live.seen import table_of
from laneway.core.live.sights import AddressesSight, ClusterSight, RoutesSight, Sight
from laneway.core.live.spelled import HeldRoute, SpelledRoutes, is_in_mesh
from laneway.core.mesh.destination_rules import selects
from laneway.core.mesh.hosts import covers
from laneway.core.mesh.mesh import Mesh, MeshPort, MeshService
from laneway.core.mesh.names import GatewayName, Host, resolve_gateway
from laneway.core.mesh.visibility import SidecarScope, scope_of
from laneway.core.resources.istio.networking import GatewayServer
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.admitted import HTTP_PROTOCOLS, bound_domains
from laneway.core.routing.plan.route_plan import Destination, RoutePlan, links
from laneway.core.routing.plan.survivors import MESH, author_for

States = Sequence[Manifest | None]
"""An object before and after; None where it is not there."""


class Clearness(IntEnum):
    """How well an object is seen: by no name, as something that is another, or by its own names."""

    NAMELESS = 0
    BY_DIGEST = 1
    BY_NAME = 2


class Look(Struct, frozen=True):
    """What of an object a class of proxies is sent: sights, or something that has no name."""

    sights: tuple[Sight, ...] = ()
    is_seen: bool = False

    @property
    def clearness(self) -> Clearness:
        """How well it is seen."""
        if not self.sights:
            return Clearness.NAMELESS
        differs = any(one.differs for one in self.sights)
        return Clearness.BY_DIGEST if differs else Clearness.BY_NAME


UNSEEN = Look()
NAMELESS = Look(is_seen=True)


class Looks:
    """Looks at objects with the eyes of proxies; what was read of an object once is kept."""

    def __init__(self, mesh: Mesh, plan: RoutePlan, rules: tuple[SeenRules, SeenRules]) -> None:
        """Take what others wrote, and the DestinationRules of each state."""
        self.mesh, self.plan, self.rules = mesh, plan, rules
        self._read: dict[int, SpelledRoutes] = {}

    def _routes(self, virtual_service: Manifest) -> SpelledRoutes:
        """Return the routes of an object that whoever asks keeps meanwhile."""
        key = id(virtual_service)
        if key not in self._read:
            self._read[key] = SpelledRoutes(virtual_service)
        return self._read[key]

    def at(self, ref: Ref, states: States, proxy: ExpectedProxy) -> Look:
        """Return how an object shows in what a proxy is sent."""
        if ref.kind == "DestinationRule":
            return self._at_rule(ref, states, proxy)
        if ref.kind != "VirtualService":
            return NAMELESS if ref.namespace == proxy.namespace else UNSEEN
        if proxy.is_gateway:
            return _first_of(self._at_entry(ref, states, proxy))
        return _first_of(self._at_hosts(ref, states, proxy))

    def _at_hosts(self, ref: Ref, states: States, proxy: ExpectedProxy) -> Iterator[Look]:
        """Yield how a VirtualService shows at each port of its hosts."""
        scope = scope_of(self.mesh, proxy.caller)
        there = [one if one is not None and is_in_mesh(one) else None for one in states]
        for host in dict.fromkeys(host for one in there if one for host in hosts_of(one)):
            service = self.mesh.services.get(Host(host))
            for port in service.ports if service is not None else ():
                if service is None or not self._speaks_for(service, port, proxy, scope):
                    continue
                old, new = (
                    self._routes(one).held_by_caller(proxy.caller, port.number)
                    if one is not None and host in hosts_of(one)
                    else ()
                    for one in there
                )
                tables, name = (table_of(host, port.number),), f"{host}:{port.number}"
                yield _between(ref, old, new, RoutesSight(ref, tables, (name,)))
            yield from (NAMELESS for _ in ("tcp",) if _section(there, "tcp"))

    def _speaks_for(
        self, service: MeshService, port: MeshPort, proxy: ExpectedProxy, scope: SidecarScope
    ) -> bool:
        """Whether lanes' routes decide what a proxy does with calls to a port of a service."""
        if port.protocol != "http" or scope.hider(service, port.number) is not None:
            return False
        hops = self.plan.hops.get(service.host, ())
        hop = next((one for one in hops if one.port == port.number), None)
        if hop is None or all(one.author is None for one in links(hop)):
            return True
        return author_for(hop, proxy.caller, scope) is None

    def _at_entry(self, ref: Ref, states: States, proxy: ExpectedProxy) -> Iterator[Look]:
        """Yield how a VirtualService shows at each server of the gateways that a proxy serves."""
        spaces = [one for one in states if one is not None]
        named = {
            GatewayName(resolve_gateway(name, ref.namespace))
            for one in spaces
            for name in one.body["spec"].get("gateways") or ()
        }
        if named - self.mesh.gateways.keys() - {MESH}:
            yield NAMELESS  # a gateway that was not read may be served by anybody
        for name in sorted(named & self.mesh.gateways.keys()):
            gateway = self.mesh.gateways[name]
            if not selects(gateway.selector, proxy.caller):
                continue
            for server in gateway.servers:
                tables = tuple(self._tables(server, gateway.meta.ref, proxy))
                for domain in self._domains(name, server, spaces) if tables else ():
                    old, new = (self._at_door(one, name, server, domain) for one in states)
                    sight = RoutesSight(ref, tables, _named(domain, server.port))
                    yield _between(ref, old, new, sight)

    def _tables(self, server: GatewayServer, gateway: Ref, proxy: ExpectedProxy) -> Iterator[str]:
        """Yield the names that a gateway's route table for a server may have for a proxy.

        Where a Service in front of it leads the server's port to another one of the pods, that one
        is in the name; of a port that is led on by its name an observer is told number 0.
        https://github.com/istio/istio/blob/master/pilot/pkg/model/gateway.go
        """
        bind = f".{server.bind}" if server.bind else ""
        protocol = server.protocol.upper()
        if protocol == "HTTPS" and server.tls:
            place = f"{server.port_name}.{gateway.name}.{gateway.namespace}"
            yield f"https.{server.port}.{place}{bind}"
        if protocol in HTTP_PROTOCOLS:
            for number in dict.fromkeys((server.port, *self._led_to(server.port, proxy))):
                yield f"http.{number}{bind}"

    def _led_to(self, port: int, proxy: ExpectedProxy) -> Iterator[int]:
        """Yield where Services in front of a gateway lead one of their ports."""
        for service in self.mesh.services.values():
            selector = service.service.selector
            if service.namespace == proxy.namespace and selector:
                if not selects(selector, proxy.caller):
                    continue
                for one in service.ports:
                    if one.number == port and one.target:
                        yield one.target if isinstance(one.target, int) else 0

    def _domains(
        self, name: str, server: GatewayServer, states: Iterable[Manifest]
    ) -> Iterator[str]:
        own = name.partition("/")[0]
        for one in states:
            yield from bound_domains(server.hosts, own, hosts_of(one), one.ref.namespace)

    def _at_door(
        self, one: Manifest | None, gateway: str, server: GatewayServer, domain: str
    ) -> tuple[HeldRoute, ...]:
        """Return the routes of a VirtualService at a domain of a gateway's server."""
        if one is None:
            return ()
        names = one.body["spec"].get("gateways") or ()
        bound = {resolve_gateway(name, one.ref.namespace) for name in names}
        if gateway not in bound or domain not in self._domains(gateway, server, (one,)):
            return ()
        return self._routes(one).held_by_gateway(gateway, server.port)

    def _at_rule(self, ref: Ref, states: States, proxy: ExpectedProxy) -> Look:
        """Return how a DestinationRule shows in the clusters of the first host where it does."""
        found = UNSEEN
        told = [selector_of(one) for one in states if one is not None]
        if not any(selects(one, proxy.caller) for one in told):
            return UNSEEN
        hosts = dict.fromkeys(host_of(one) for one in states if one is not None)
        for host in self._covered(hosts):
            look = self._at_subsets(ref, self.mesh.services[host], proxy)
            if look.sights:
                return look
            found = look if look.is_seen else found
        return found

    def _covered(self, patterns: Iterable[str]) -> Iterator[Host]:
        for pattern in patterns:
            if pattern in self.mesh.services:
                yield Host(pattern)
            elif pattern.startswith("*"):
                yield from (host for host in self.mesh.services if covers(pattern, host))

    def _at_subsets(self, ref: Ref, service: MeshService, proxy: ExpectedProxy) -> Look:
        """Return which subsets of a service come, go, or come to mean other pods."""
        port = next(iter(service.ports), None)
        scope = scope_of(self.mesh, proxy.caller)
        if port is None or (not proxy.is_gateway and scope.hider(service, port.number)):
            return UNSEEN
        decide = [one.deciding(service.host, proxy.caller) for one in self.rules]
        if not any(ref in one.refs for one in decide):
            return UNSEEN  # what differs for these callers does so by another rule
        old, new = (one.subsets for one in decide)
        sights: list[Sight] = []
        for name in dict.fromkeys((*new, *old)):
            cluster = cluster_name(Destination(service.host, port.number, name))
            if (name in old) != (name in new):
                sights.append(ClusterSight(ref, cluster, name in new))
            elif old[name].get("labels") == new[name].get("labels"):
                continue
            elif _addresses(service, old[name]) != _addresses(service, new[name]):
                sights.append(AddressesSight(ref, cluster))
        if sights:
            return Look(tuple(sights), is_seen=True)
        return NAMELESS if old != new else UNSEEN


def _named(domain: str, port: int) -> tuple[str, ...]:
    """Return what a virtual host at a gateway may be called: istiod has domains in lower case."""
    return tuple(f"{one}:{port}" for one in dict.fromkeys((domain.lower(), domain)))


def _between(
    ref: Ref, old: Sequence[HeldRoute], new: Sequence[HeldRoute], there: RoutesSight
) -> Look:
    """Return how routes differ at one place; where names tell nothing, their digest has to."""
    if [one.body for one in old] == [one.body for one in new] and _routes(old) == _routes(new):
        return UNSEEN
    before, present = _routes(old), _routes(new)
    absent = tuple(one for one in before if one not in present)
    place = (ref, there.tables, there.virtual_hosts)
    differs = not absent and _is_within(present, before)
    return Look((RoutesSight(*place, present, absent, differs=differs),), is_seen=True)


def _routes(held: Iterable[HeldRoute]) -> tuple[Any, ...]:
    return tuple(one.route for one in held)


def _is_within(some: Iterable[Any], others: Iterable[Any]) -> bool:
    passing = iter(others)
    return all(one in passing for one in some)


def _first_of(looks: Iterable[Look]) -> Look:
    """Return the look that tells most: one by names, else one by a digest, else what there is."""
    found = UNSEEN
    for look in looks:
        if look.clearness is Clearness.BY_NAME:
            return look
        if (look.sights and not found.sights) or (look.is_seen and not found.is_seen):
            found = look
    return found


def _section(states: States, section: str) -> bool:
    """Whether a section of two VirtualServices differs."""
    told = [one.body["spec"].get(section) or [] if one is not None else [] for one in states]
    return told[0] != told[1]


def _addresses(service: MeshService, subset: Mapping[str, Any]) -> frozenset[str]:
    """Return the addresses of the live pods that a subset stands for."""
    wanted = set((subset.get("labels") or {}).items())
    pods = (one for one in service.workloads if one.pod_ip)
    return frozenset(one.pod_ip for one in pods if wanted <= set(one.labels.items()))
