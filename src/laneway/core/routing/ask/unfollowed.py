"""Fields of users' objects that concern lanes and that nobody follows.

Comes in: a mesh and its plan. Goes out: each object with such fields, where it touches a lane
service or a gateway of lanes. Which fields these are is what the tables of `resources/fields` name;
what other objects say is nobody's business.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from msgspec import Struct

from laneway.core.findings.place import Step
from laneway.core.mesh.destination_rules import rule_host
from laneway.core.mesh.hosts import covers
from laneway.core.mesh.members import meets
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import ROOT_NAMESPACE, Host, resolve_host
from laneway.core.mesh.ports import is_tls
from laneway.core.mesh.sidecars import sidecar_of
from laneway.core.resources.istio.fields.entry import Named
from laneway.core.resources.istio.fields.every import not_followed
from laneway.core.resources.istio.networking import (
    DestinationRule,
    Gateway,
    ServiceEntry,
    Sidecar,
    VirtualService,
)
from laneway.core.resources.istio.security import RequestAuthentication
from laneway.core.resources.matching import Labels
from laneway.core.resources.meta import Meta
from laneway.core.routing.ask.redirects import groups_led_to
from laneway.core.routing.plan.gateways import GATEWAY_NAMESPACE
from laneway.core.routing.plan.route_plan import RoutePlan, Rule, links
from laneway.core.routing.plan.written import MESH, binds_mesh, mesh_hosts

Thing = Gateway | VirtualService | DestinationRule | Sidecar | ServiceEntry | RequestAuthentication


class Unfollowed(Struct, frozen=True):
    """A field at a path of an object, and what its table says of it."""

    meta: Meta
    path: tuple[Step, ...]
    field: Named


def unfollowed(mesh: Mesh, plan: RoutePlan) -> Iterator[tuple[Unfollowed, ...]]:
    """Yield for each object that touches lanes the fields that nobody follows."""
    lanes = _Lanes(mesh, plan)
    for thing in _things(mesh) if mesh.owner_of else ():
        meta = thing.meta
        found = tuple(
            Unfollowed(meta, ("spec", *path), field)
            for path, field, value in not_followed(meta.ref.kind, meta.raw.get("spec"))
            if not field.headers or str(value).lower() in lanes.headers
            if path[0] != "tls" or lanes.may_meet_tls(thing)
        )
        if found and lanes.are_touched_by(thing):
            yield found


def _things(mesh: Mesh) -> Iterator[Thing]:
    yield from mesh.gateways.values()
    yield from mesh.virtual_services
    yield from mesh.destination_rules
    yield from mesh.sidecars
    yield from mesh.service_entries
    yield from mesh.token_policies


class _Lanes:
    """The services and gateways of lanes, and whom an object speaks for among them."""

    def __init__(self, mesh: Mesh, plan: RoutePlan) -> None:
        self._mesh = mesh
        self._plan = plan

    def are_touched_by(self, thing: Thing) -> bool:
        """Whether an object speaks for a lane service, its pods, or a gateway of lanes."""
        match thing:
            case Gateway(meta):
                return f"{meta.namespace}/{meta.name}" in self._gateways
            case VirtualService():
                return self._are_routed_by(thing)
            case DestinationRule():
                return self._are_among([rule_host(thing)])
            case ServiceEntry():
                return self._are_among(thing.hosts)
            case Sidecar():
                return self._have_pods_of(thing)
            case RequestAuthentication(meta, selector, attached):
                return not attached and (
                    self._have_pods(meta.namespace, selector)
                    or (meta.namespace == GATEWAY_NAMESPACE and bool(self._gateways))
                )

    def may_meet_tls(self, thing: Thing) -> bool:
        """Whether TLS routes of an object can be met: not where it speaks for ports without TLS."""
        if not isinstance(thing, VirtualService) or {*thing.gateways} - {MESH}:
            return True
        known = [self._mesh.services.get(Host(host)) for host in mesh_hosts(thing)]
        return any(one is None or any(map(is_tls, one.service.ports)) for one in known)

    @cached_property
    def _gateways(self) -> frozenset[str]:
        """The Gateways with routes into lanes."""
        return frozenset(
            name
            for port in self._plan.gateway_ports
            if groups_led_to(
                self._mesh, (one for host in port.virtual_hosts for one in host.written)
            )
            for name in port.gateways
        )

    def _are_routed_by(self, route: VirtualService) -> bool:
        if binds_mesh(route) and self._are_among(mesh_hosts(route)):
            return True
        space = route.meta.namespace
        led = [one.host for tcp in route.tcp for one in tcp.destinations]
        led += [one.host for http in route.http for one in http.destinations]
        led += [host for tls in route.tls for host in _destinations(tls)]
        return any(resolve_host(host, space) in self._mesh.owner_of for host in led)

    def _are_among(self, hosts: Iterable[str]) -> bool:
        return any(covers(host, lane) for host in hosts for lane in self._mesh.owner_of)

    def _have_pods(self, namespace: str, selector: Labels) -> bool:
        """Whether an object of a namespace with a selector may speak for pods of lane services."""
        services = [self._mesh.services[host] for host in self._mesh.owner_of]
        near = [one for one in services if namespace in (one.namespace, ROOT_NAMESPACE)]
        pods = [pod for one in near for pod in one.workloads]
        unknown = [one for one in near if not one.workloads]
        return any(meets(selector, pod.labels) for pod in pods) or any(
            _may_meet(selector, one.service.selector) for one in unknown
        )

    def _have_pods_of(self, sidecar: Sidecar) -> bool:
        """Whether a Sidecar is the one that counts for pods of lane services, as far as known."""
        space, sidecars = sidecar.meta.namespace, self._mesh.sidecars
        pods = [
            pod
            for host in self._mesh.owner_of
            for pod in self._mesh.services[host].workloads
            if space in (pod.namespace, ROOT_NAMESPACE)
        ]
        if not pods:
            return self._have_pods(space, sidecar.workload_selector)
        return any(sidecar_of(sidecars, pod.namespace, pod.labels) is sidecar for pod in pods)

    @cached_property
    def headers(self) -> frozenset[str]:
        """The headers that routes ask for or that carry lanes, in lower case."""
        ways = [group.propagation for group in self._mesh.groups if group.propagation]
        carrying = {name for way in ways for name in (way.route_header, way.trace_header)}
        asked = {
            name
            for rule in self._rules()
            for match in rule.matches
            for name, _ in (*match.headers, *match.without_headers)
        }
        return frozenset(name.lower() for name in carrying | asked)

    def _rules(self) -> Iterator[Rule]:
        for port in self._plan.gateway_ports:
            for host in port.virtual_hosts:
                yield from host.written
        for lane in self._mesh.owner_of:
            for hop in self._plan.hops.get(lane, ()):
                for link in links(hop):
                    yield from link.rules


def _may_meet(selector: Labels, known: Labels) -> bool:
    worn = dict(known)
    return all(worn.get(key, value) == value for key, value in selector)


def _destinations(route: Mapping[str, Any]) -> Iterator[str]:
    """Yield the hosts a route leads to that is kept as it was written."""
    shares = route.get("route")
    for share in shares if isinstance(shares, list) else ():
        to = share.get("destination") if isinstance(share, dict) else None
        host = to.get("host") if isinstance(to, dict) else None
        if isinstance(host, str):
            yield host
