"""What one proxy holds: how many clusters, routes and endpoints, and how many bytes they are.

Comes in: what proxies read of a mesh, and who the proxy is. Goes out: the numbers that istiod's
answers to a stock proxy come to. Counted is what the input holds, and the Service of the API
server; each port of another Service is a cluster more. What it weighs in a proxy is measured, and
stands elsewhere.
https://github.com/istio/istio/blob/master/pilot/pkg/networking/core/cluster.go
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct

from laneway.core.cost import lengths
from laneway.core.cost.lengths import ISTIO_DEFAULT, MeshSettings
from laneway.core.cost.tables import EXTERNAL_NAME, HeldHost, Routes, RouteTable, tables
from laneway.core.mesh.behind import is_closed
from laneway.core.mesh.destination_rules import rule_host
from laneway.core.mesh.hosts import HostIndex
from laneway.core.mesh.known import knows
from laneway.core.mesh.members import meets
from laneway.core.mesh.mesh import Caller, Mesh, MeshPort, MeshService
from laneway.core.mesh.visibility import SidecarScope, scope_of
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.matching import Labels
from laneway.core.routing.plan.gateways import gateway_scope
from laneway.core.routing.plan.lane_subsets import SubsetView
from laneway.core.routing.plan.route_plan import Destination, GatewayPort, RoutePlan

SIDECAR_CLUSTERS = 3
"""BlackHoleCluster, PassthroughCluster and InboundPassthroughCluster."""
GATEWAY_CLUSTERS = 1


class Load(Struct, frozen=True):
    """What a proxy holds. `endpoints` counts a pod once for each cluster it is listed in."""

    clusters: int = 0
    routes: int = 0
    endpoints: int = 0
    cluster_bytes: int = 0
    route_bytes: int = 0
    endpoint_bytes: int = 0

    def __add__(self, other: Load) -> Load:
        """Return both together."""
        return Load(
            self.clusters + other.clusters,
            self.routes + other.routes,
            self.endpoints + other.endpoints,
            self.cluster_bytes + other.cluster_bytes,
            self.route_bytes + other.route_bytes,
            self.endpoint_bytes + other.endpoint_bytes,
        )

    @property
    def bytes(self) -> int:
        """All that istiod sends, but for listeners."""
        return self.cluster_bytes + self.route_bytes + self.endpoint_bytes


class Reckoning:
    """A mesh as its proxies read it, with what was already counted of it."""

    def __init__(self, mesh: Mesh, plan: RoutePlan, settings: MeshSettings = ISTIO_DEFAULT) -> None:
        """Take a mesh to which lanes add nothing but their objects, and its plan."""
        self.mesh = mesh
        self.plan = plan
        self.settings = settings
        self._routes = Routes.of(mesh)
        self._rules = HostIndex(mesh.destination_rules, lambda rule: (rule_host(rule),))
        self._listed: dict[tuple[str, int, Labels], tuple[int, int]] = {}
        self._services: dict[tuple[str, int, int], Load] = {}

    def sidecar(self, caller: Caller, ports: int) -> Load:
        """Return what the sidecar of a pod holds that opens so many ports to the mesh."""
        scope = scope_of(self.mesh, caller)
        own = Load(
            clusters=SIDECAR_CLUSTERS + ports,
            cluster_bytes=lengths.always(self.settings, gateway=False)
            + ports * lengths.inward(self.settings),
        )
        held = sum((_of_table(one) for one in tables(self._routes, scope, caller)), own)
        return sum(self._outward(scope, caller), held)

    def gateway(self, labels: Labels) -> Load:
        """Return what a gateway's proxy with these labels holds."""
        own = Load(
            clusters=GATEWAY_CLUSTERS, cluster_bytes=lengths.always(self.settings, gateway=True)
        )
        ports = (one for one in self.plan.gateway_ports if meets(one.selector, dict(labels)))
        held = sum((_of_table(_gateway_table(one)) for one in ports), own)
        scope = gateway_scope(labels)
        return sum(self._outward(scope, scope.caller), held)

    def inward(self, pod: Workload) -> int:
        """Return how many ports of a pod its proxy takes requests for."""
        found = {
            _opened(pod, port)
            for service in self._selecting.get(id(pod), ())
            for port in service.ports
        }
        return len(found - {None})

    @cached_property
    def _selecting(self) -> dict[int, list[MeshService]]:
        found: dict[int, list[MeshService]] = {}
        for service in self.mesh.services.values():
            for pod in service.workloads:
                found.setdefault(id(pod), []).append(service)
        return found

    def _outward(self, scope: SidecarScope, caller: Caller) -> Iterator[Load]:
        """Yield what each service comes to that a proxy knows."""
        for host, service in self.mesh.services.items():
            if service.service.type == EXTERNAL_NAME:
                continue
            view = self.plan.view(host, caller)
            for port in service.ports:
                if knows(scope, service, port.number, self.plan.leads):
                    key = host, port.number, id(view)
                    if key not in self._services:
                        self._services[key] = self._service(service, port, view)
                    yield self._services[key]

    def _service(self, service: MeshService, port: MeshPort, view: SubsetView | None) -> Load:
        """Return the clusters of a service's port: for all its pods, and for each subset."""
        named = {"": (), **{one.name: one.labels for one in (view.subsets if view else ())}}
        speaking = self._rules.of(service.host) if view else ()
        rule = speaking[0].meta if speaking else None
        count = size = told = 0
        for subset, labels in named.items():
            cluster = Destination(service.host, port.number, subset)
            size += lengths.cluster(cluster, rule, self.settings)
            if not service.headless and service.service.meta.ref.kind == "Service":
                pods, text = self._endpoints(service, port, labels)
                count += pods
                told += text + lengths.assignment(cluster)
        return Load(len(named), 0, count, size, 0, told)

    def _endpoints(self, service: MeshService, port: MeshPort, labels: Labels) -> tuple[int, int]:
        key = service.host, port.number, labels
        if key not in self._listed:
            pods = [
                pod
                for pod in service.workloads
                if meets(labels, pod.labels) and not is_closed(pod, port.target)
            ]
            self._listed[key] = (
                sum(pod.replicas for pod in pods),
                sum(pod.replicas * lengths.endpoint(pod, self.settings) for pod in pods),
            )
        return self._listed[key]


def _of_table(table: RouteTable) -> Load:
    held = sum(lengths.routes_of(host) for host in table.hosts) + int(table.ends)
    return Load(routes=held, route_bytes=lengths.table(table))


def _gateway_table(port: GatewayPort) -> RouteTable:
    """Return a gateway's table; domains with the very same routes share a virtual host."""
    found: dict[tuple[tuple[int, ...], bool], HeldHost] = {}
    for host in port.virtual_hosts:
        key = tuple(map(id, host.written)), host.redirects
        known = found.get(key)
        domains = (*known.domains, host.domain) if known else (host.domain,)
        found[key] = HeldHost(f"{domains[0]}:{port.port}", domains, host.written)
    return RouteTable(f"http.{port.port}", port.port, tuple(found.values()), ends=False)


def _opened(pod: Workload, port: MeshPort) -> int | None:
    """Return the number that a service's port leads to at a pod."""
    if isinstance(port.target, int):
        return port.target
    opened = (one for each in pod.containers for one in each.ports)
    return next((number for name, number in opened if name == port.target), None)
