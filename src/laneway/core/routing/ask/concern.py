"""Which objects are the lanes' business: they touch a lane service, a lane's label or an entry.

Comes in: a Mesh and objects. Goes out: whether a lane could go another way for an object. A cluster
holds hundreds of applications that lanes never meet, and what is wrong with them is for others to
say. What cannot be told apart counts as the lanes' business: a kind that is not asked about here,
and a host that is spelled nearly like a lane service.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import chain
from typing import Any

from laneway.core.findings.codes.beside import HOST_OF_ANOTHER
from laneway.core.findings.finding import Finding
from laneway.core.mesh.hosts import covers
from laneway.core.mesh.membership import lanes_of
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import (
    ROOT_NAMESPACE,
    GatewayName,
    Host,
    resolve_gateway,
    resolve_host,
    service_host,
)
from laneway.core.mesh.spellings import spelled_lanes
from laneway.core.mesh.upstreams import calls_of
from laneway.core.resources.istio.networking import (
    DestinationRule,
    Gateway,
    ServiceEntry,
    Sidecar,
    VirtualService,
)
from laneway.core.resources.kinds import Resource
from laneway.core.resources.kubernetes.gateway_api import ApiRoute
from laneway.core.resources.kubernetes.workloads import EndpointSlice, Namespace, Service, Workload
from laneway.core.resources.yaml.nearness import nearest
from laneway.core.routing.plan.delegates import delegate_of
from laneway.core.routing.plan.entry_uses import entry_uses
from laneway.core.routing.plan.leads import mirrored
from laneway.core.routing.plan.written import binds_mesh

_SHAPE = "LW11"
"""How codes begin that say that a part of an object cannot be read."""
_LANES = ("ASMSwimLane ", "ASMSwimLaneGroup ")
"""How subjects begin that are lanes and groups."""


class Concern:
    """The lanes of a mesh, and what touches them."""

    def __init__(
        self, mesh: Mesh, findings: Iterable[Finding] = (), touched: dict[str, bool] | None = None
    ) -> None:
        """Nothing is looked at before it is asked for; `findings` are those that may be foreign.

        `touched` says of subjects of findings whether lanes touch them, as far as it is known.
        """
        self._mesh = mesh
        self._findings = findings
        self._touched = {} if touched is None else touched
        self._asked: dict[type, Callable[[Any], bool]] = {
            Service: lambda one: self._is_near(service_host(one.meta.name, one.meta.namespace)),
            Workload: lambda one: self._is_pod(one) or self.is_called_by(one),
            Namespace: lambda one: one.meta.name in self.namespaces,
            EndpointSlice: lambda one: service_host(one.service, one.meta.namespace) in self.hosts,
            Gateway: self._is_door,
            VirtualService: self._is_route,
            DestinationRule: lambda one: self._speaks_of_lanes(
                [resolve_host(one.host, one.meta.namespace)]
            ),
            ApiRoute: self._is_api_route,
            ServiceEntry: lambda one: self._speaks_of_lanes(one.hosts),
            Sidecar: self._is_view,
        }

    def is_touched_by(self, thing: Resource) -> bool:
        """Whether an object touches a lane."""
        asked = self._asked.get(type(thing))
        return asked is None or asked(thing)

    def is_foreign(self, one: Finding) -> bool:
        """Whether a finding is about an object that touches no lane.

        Where a part of an object could not be read nobody knows what it touches, so in a namespace
        of lane services and in the root namespace it counts as theirs.
        """
        touched = self._touched.get(one.subject)
        if touched is None:
            thing = self._named.get(one.subject)
            touched = self._touched[one.subject] = thing is None or self.is_touched_by(thing)
        # who has a host in place of the lanes takes their requests, wherever it leads them
        if touched or one.code is HOST_OF_ANOTHER:
            return False
        unread = one.code.id.startswith(_SHAPE)
        spaces = self.namespaces | {ROOT_NAMESPACE} if unread else ()
        return not unread or self._named[one.subject].meta.namespace not in spaces

    @cached_property
    def _named(self) -> dict[str, Resource]:
        """The few objects that findings speak of, but for lanes, which are never foreign."""
        subjects = {one.subject for one in self._findings if not one.subject.startswith(_LANES)}
        subjects = {one for one in subjects if not self._touched.get(one)}
        names = {subject.rpartition(" ")[2].rpartition("/")[2] for subject in subjects}
        things = self._mesh.snapshot.resources if names else ()
        return {str(one.meta.ref): one for one in things if one.meta.ref.name in names}

    def is_called_by(self, workload: Workload) -> bool:
        """Whether a workload names a lane service in a URL of its environment."""
        return any(call.host in self.hosts for call in calls_of(self._mesh, workload))

    @cached_property
    def hosts(self) -> frozenset[Host]:
        """The services that groups and lanes name, whether the input holds them or not."""
        found: set[Host] = set()
        lists = [group.group.services for group in self._mesh.groups]
        lists += [lane.lane.services for group in self._mesh.groups for lane in group.lanes]
        for one in chain.from_iterable(lists):
            found.add(service_host(one.name, one.namespace))
        for use in chain.from_iterable(map(entry_uses, self._mesh.groups)):
            found.add(resolve_host(use.destination.host, ""))
        return frozenset(found)

    @cached_property
    def namespaces(self) -> frozenset[str]:
        """The namespaces of lane services, and those for which the root's objects speak."""
        return frozenset(host.split(".")[1] for host in self.hosts if host.count(".") > 1)

    @cached_property
    def gateways(self) -> frozenset[GatewayName]:
        """The Gateways through which lanes are entered: by rules of theirs, or by users' routes."""
        named = {group.gateway for group in self._mesh.groups if group.gateway is not None}
        for service in self._mesh.virtual_services:
            if service.gateways and self._leads_to_lanes(service):
                named |= set(_gateways(service))
        return frozenset(named)

    @cached_property
    def _entered(self) -> frozenset[tuple[GatewayName, str]]:
        """Gateways and hosts for which lanes have rules."""
        return frozenset(
            (group.gateway, host)
            for group in self._mesh.groups
            if group.gateway is not None
            for use in entry_uses(group)
            for _, host in use.hosts
        )

    @cached_property
    def _pods(self) -> frozenset[int]:
        known = (self._mesh.services[host] for host in self.hosts if host in self._mesh.services)
        return frozenset(id(pod) for service in known for pod in service.workloads)

    def _has(self, workload: Workload) -> bool:
        return id(workload) in self._pods

    def _is_pod(self, workload: Workload) -> bool:
        """Whether pods are behind a lane service, wear a lane's labels, or may do so."""
        if workload.borrowed and workload.namespace in self.namespaces:
            return True
        worn = any(lanes_of(group, workload.labels) for group in self._mesh.groups)
        return worn or self._has(workload)

    def _is_near(self, host: Host) -> bool:
        """Whether a host is a lane service, shares its pods, or is another or a near spelling."""
        if host in self.hosts or host in self._spelled:
            return True
        service = self._mesh.services.get(host)
        if service is not None:
            return any(self._has(pod) for pod in service.workloads)
        if not host.endswith(".local") or not self._names:
            return False
        return bool(nearest(host.partition(".")[0], self._names))

    @cached_property
    def _spelled(self) -> frozenset[str]:
        return frozenset(spelled_lanes(self._mesh))

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(host.partition(".")[0] for host in self.hosts)

    def _speaks_of_lanes(self, written: Iterable[str]) -> bool:
        """Whether one of these hosts and patterns covers a lane service."""
        for host in written:
            if host.startswith("*"):
                if any(covers(host, known) for known in self.hosts):
                    return True
            elif self._is_near(Host(host.lower())):
                return True
        return False

    def _is_door(self, gateway: Gateway) -> bool:
        """Whether lanes are entered by a Gateway, or by another one of its proxies and ports."""
        doors = [self._mesh.gateways[name] for name in self.gateways if name in self._mesh.gateways]
        ports = {server.port for server in gateway.servers}
        return _name(gateway) in self.gateways or any(
            door.selector == gateway.selector and ports & {server.port for server in door.servers}
            for door in doors
        )

    def _is_route(self, service: VirtualService) -> bool:
        hosts = (resolve_host(host, service.meta.namespace) for host in service.hosts)
        if binds_mesh(service) and self._speaks_of_lanes(hosts):
            return True
        entered = ((name, host) for name in _gateways(service) for host in service.hosts)
        return any(one in self._entered for one in entered) or self._leads_to_lanes(service)

    def _leads_to_lanes(self, service: VirtualService) -> bool:
        """Whether a route leads to a lane service, itself or by what it hands over to."""
        if any(self._is_near(host) for host in _destinations(service)):
            return True
        refs = {delegate_of(service, one) for one in service.http if one.delegate is not None}
        handed = [one for one in self._mesh.virtual_services if one.meta.ref in refs]
        return any(self._is_near(host) for one in handed for host in _destinations(one))

    def _is_api_route(self, route: ApiRoute) -> bool:
        if any(self._is_near(service_host(one.name, one.namespace)) for one in route.backends):
            return True
        return any(
            self._is_near(service_host(one.name, one.namespace))
            if one.kind == "Service"
            else GatewayName(f"{one.namespace}/{one.name}") in self.gateways
            for one in route.parents
        )

    def _is_view(self, sidecar: Sidecar) -> bool:
        """Whether a Sidecar stands where pods of lanes or callers of theirs are."""
        space = sidecar.meta.namespace
        return space == ROOT_NAMESPACE or space in self.namespaces or space in self._callers

    @cached_property
    def _callers(self) -> frozenset[str]:
        """The namespaces of workloads that wear a lane's labels or call a lane service."""
        found = (one for one in self._mesh.workloads if self.is_touched_by(one))
        return frozenset(one.namespace for one in found)


def names_alike(mesh: Mesh, before: Mesh) -> bool:
    """Whether the lanes of two meshes name and enter the same services, by the same hosts.

    Where groups and all else are the same, they are then the concern of the same objects.
    """
    lanes, others = (
        [lane.lane.services for group in one.groups for lane in group.lanes]
        for one in (mesh, before)
    )
    return lanes == others and _entered_by(mesh) == _entered_by(before)


def _entered_by(mesh: Mesh) -> list[tuple[str, list[str]]]:
    uses = chain.from_iterable(map(entry_uses, mesh.groups))
    return [(use.destination.host, [host for _, host in use.hosts]) for use in uses]


def _name(gateway: Gateway) -> GatewayName:
    return GatewayName(f"{gateway.meta.namespace}/{gateway.meta.name}")


def _gateways(service: VirtualService) -> Iterator[GatewayName]:
    for written in service.gateways:
        yield GatewayName(resolve_gateway(written, service.meta.namespace))


def _destinations(service: VirtualService) -> Iterator[Host]:
    """Yield the hosts a VirtualService sends or copies requests to, in any of its routes."""
    space = service.meta.namespace
    for http in service.http:
        yield from (resolve_host(one.host, space) for one in http.destinations)
        yield from (resolve_host(copy["host"], space) for copy in mirrored(http.policy))
    for tcp in service.tcp:
        yield from (resolve_host(one.host, space) for one in tcp.destinations)
    for tls in service.tls:
        to = tls.get("route")
        yield from (resolve_host(host, space) for host in map(_host, _listed(to)) if host)


def _host(block: Any) -> str:
    """Return the host that a raw block names, itself or as its destination; empty where none."""
    to = block.get("destination", block) if isinstance(block, dict) else None
    host = to.get("host") if isinstance(to, dict) else None
    return host if isinstance(host, str) else ""


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
