"""Which route tables a sidecar holds, and which virtual hosts stand in them.

Comes in: what proxies read of a mesh, and one proxy's scope. Goes out: its tables, as istiod makes
them: one for every port that is spoken to by HTTP, with a virtual host for every service there, and
one for each port whose protocol is sniffed. It decides nothing about requests: where one goes says
the walk; here what is counted is what a proxy has to keep.
https://github.com/istio/istio/blob/master/pilot/pkg/networking/core/httproute.go
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from laneway.core.cost.domains import Domains
from laneway.core.mesh.hosts import covers
from laneway.core.mesh.mesh import Caller, Mesh, MeshPort, MeshService
from laneway.core.mesh.names import Host
from laneway.core.mesh.sidecars import Imports
from laneway.core.mesh.spellings import HTTP_PORT
from laneway.core.mesh.visibility import SidecarScope, is_shown
from laneway.core.resources.istio.networking import VirtualService
from laneway.core.routing.plan.delegates import Delegates
from laneway.core.routing.plan.route_plan import Rule
from laneway.core.routing.plan.survivors import kept_for
from laneway.core.routing.plan.written import (
    References,
    binds_mesh,
    mesh_hosts,
    mesh_rules,
    shown,
)

EXTERNAL_NAME = "ExternalName"
"""The type of a Service that is another name of its target: by itself it has no clusters."""


class HeldHost(Struct, frozen=True):
    """A virtual host. A `plain` one has no rules, but Istio's default route to its service."""

    name: str
    domains: tuple[str, ...]
    rules: tuple[Rule, ...] = ()
    plain: bool = False


class RouteTable(Struct, frozen=True):
    """A route table. One that is not of a single service ends in a route for whatever is left."""

    name: str
    port: int
    hosts: tuple[HeldHost, ...]
    ends: bool = True


class Routes(Struct):
    """The VirtualServices of the mesh, with their rules read once for each port."""

    mesh: Mesh
    reading: References
    speaking: tuple[VirtualService, ...]
    read: dict[tuple[int, int], tuple[Rule, ...]] = {}

    @classmethod
    def of(cls, mesh: Mesh) -> Routes:
        """Gather those that speak to sidecars."""
        speaking = tuple(filter(binds_mesh, mesh.virtual_services))
        return cls(mesh, References(mesh, Delegates.of(mesh)), speaking)

    def rules(self, author: VirtualService, port: int) -> tuple[Rule, ...]:
        """Return the HTTP rules of a VirtualService for a port, whoever calls."""
        key = id(author), port
        if key not in self.read:
            self.read[key] = mesh_rules(self.reading, author, port, tcp=False)
        return self.read[key]


def tables(routes: Routes, scope: SidecarScope, caller: Caller) -> Iterator[RouteTable]:
    """Yield the tables of a sidecar's listeners, those of single services last."""
    sniffed: list[tuple[MeshService, MeshPort]] = []
    ports: dict[int, None] = {}
    for imports in scope.listeners():
        for service, port in _heard(routes.mesh, scope, imports):
            if imports.port is None and port.sniffed:
                sniffed.append((service, port))
            elif imports.port is not None or port.protocol == "http":
                ports[port.number] = None
    held = {number: _Port(routes, scope, caller, number).hosts() for number in ports}
    for number, hosts in held.items():
        yield RouteTable(str(number), number, hosts)
    for service, port in sniffed:
        if not service.headless or _has_others(service, caller):
            hosts = held.get(port.number) or _Port(routes, scope, caller, port.number).hosts()
            held[port.number] = hosts
            own = tuple(
                HeldHost(one.name, ("*",), one.rules, one.plain)
                for one in hosts
                if one.name == f"{service.host}:{port.number}"
            )
            yield RouteTable(f"{service.host}:{port.number}", port.number, own, ends=False)


def _has_others(service: MeshService, caller: Caller) -> bool:
    """Whether a headless service has a pod beside the caller, which never listens for itself.

    https://github.com/istio/istio/blob/master/pilot/pkg/networking/core/listener.go
    """
    own = any(Caller.of(pod) == caller for pod in service.workloads)
    return sum(pod.replicas for pod in service.workloads) > own


def _heard(
    mesh: Mesh, scope: SidecarScope, imports: Imports
) -> Iterator[tuple[MeshService, MeshPort]]:
    """Yield the ports of services for which a listener of a Sidecar makes Envoy listen."""
    for service in mesh.services.values():
        if is_shown(service.service, scope.namespace) and imports.has_service(
            service.namespace, service.host
        ):
            for port in service.ports:
                if imports.port in (None, port.number):
                    yield service, port


class _Port:
    """One port of a sidecar: the services known there, and who speaks for them."""

    def __init__(self, routes: Routes, scope: SidecarScope, caller: Caller, number: int) -> None:
        self.routes = routes
        self.scope = scope
        self.caller = caller
        self.number = number
        imports = scope.listener(number)
        self.known: dict[Host, tuple[MeshService, MeshPort]] = {
            service.host: (service, port)
            for service, port in _heard(routes.mesh, scope, imports)
            if port.number == number
        }
        self.wide = [host for host in self.known if host.startswith("*")]
        self.domains = Domains(scope.namespace)

    def hosts(self) -> tuple[HeldHost, ...]:
        """Return the virtual hosts: of VirtualServices, nearest and oldest first, then the rest."""
        found: list[HeldHost] = []
        spoken: set[Host] = set()
        narrowest = self._narrowest()
        for author in self._seen():
            rules = kept_for(self.caller, self.routes.rules(author, self.number), self.number)
            if not rules:
                continue
            others, services = self._split(author, narrowest)
            heard = [one for one in services if self._is_http(one)]
            if not heard and self.number != HTTP_PORT:
                continue
            spoken.update(heard)
            found += self._named(((host, None) for host in others), rules)
            found += self._named(((host, self.known[host][0]) for host in heard), rules)
        left = [host for host in self.known if host not in spoken and self._is_http(host)]
        kept = (self.known[host][0] for host in left)
        plain = ((one.host, one) for one in kept if one.service.type != EXTERNAL_NAME)
        return (*found, *self._named(plain, ()))

    def _named(
        self,
        hosts: Iterable[tuple[str, MeshService | None]],
        rules: tuple[Rule, ...],
    ) -> Iterator[HeldHost]:
        for host, service in hosts:
            domains = self.domains.of(host, service)
            if domains:
                yield HeldHost(f"{host}:{self.number}", domains, rules, not rules)

    def _is_http(self, host: Host) -> bool:
        port = self.known[host][1]
        return port.protocol == "http"

    def _seen(self) -> list[VirtualService]:
        """Return the VirtualServices of this port; those but for port 80 name a service there."""
        ranked = [
            (near, at, one)
            for at, one in enumerate(self.routes.speaking)
            if (near := self.scope.nearness(shown(one), self.number)) is not None
            and (self.number == HTTP_PORT or any(map(self._meets, mesh_hosts(one))))
        ]
        return [one for _, _, one in sorted(ranked, key=lambda each: each[:2])]

    def _meets(self, host: str) -> bool:
        if host in self.known:
            return True
        if host.startswith("*"):
            return any(covers(host, one) or covers(one, host) for one in self.known)
        return any(covers(one, host) for one in self.wide)

    def _narrowest(self) -> Mapping[Host, VirtualService]:
        """Return for each service whose wildcard speaks for it, if no host does that names it."""
        named: set[str] = set()
        wild: dict[str, VirtualService] = {}
        for author in self._seen():
            for host in mesh_hosts(author):
                if host.startswith("*"):
                    wild.setdefault(host, author)
                else:
                    named.add(host)
        found = {}
        for service in self.known if wild else ():
            patterns = [one for one in wild if covers(one, service)]
            if service not in named and patterns:
                found[service] = wild[max(patterns, key=len)]
        return found

    def _split(
        self, author: VirtualService, narrowest: Mapping[Host, VirtualService]
    ) -> tuple[list[str], list[Host]]:
        """Tell the hosts of a VirtualService that are no service here from those that are."""
        others: list[str] = []
        services: dict[Host, None] = {}
        hosts = mesh_hosts(author)
        for host in hosts:
            if not host.startswith("*"):
                if host in self.known:
                    services[Host(host)] = None
                else:
                    others.append(host)
        for pattern in hosts:
            if pattern.startswith("*"):
                covered = [one for one in self.known if covers(pattern, one)]
                if not covered:
                    others.append(pattern.lower())
                services.update((one, None) for one in covered if narrowest.get(one) is author)
        return others, list(services)
