"""Users' VirtualServices of the mesh, and the lane services they speak of.

Comes in: a Mesh and its RoutePlan. Goes out: for each host as it is written the lane services it
takes from the lanes, and those of which lanes' own routes take it. A host that is named beats every
wildcard where requests are HTTP; connections go by the older object, whatever its host. Of a
service whose calls none of its routes is for, and of calls by those who do not see it, it says
nothing.
https://github.com/istio/istio/blob/master/pilot/pkg/model/sidecar.go
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct

from laneway.core.findings.place import Place
from laneway.core.mesh.hosts import covers
from laneway.core.mesh.membership import planning_owner
from laneway.core.mesh.mesh import Mesh, MeshService
from laneway.core.mesh.names import Host
from laneway.core.mesh.visibility import SidecarScope, scope_of
from laneway.core.proof.callers import callers
from laneway.core.resources.istio.networking import VirtualService
from laneway.core.resources.yaml.placed import placed
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.routing.plan.written import binds_mesh, meets_calls, mesh_hosts, shown


class MeshRoute(Struct, frozen=True):
    """A host of a user's VirtualService and the lane services it speaks of.

    `taken` are those whose calls it decides, `left` those whose HTTP calls lanes decide beside it.
    """

    author: VirtualService
    place: Place
    taken: tuple[Host, ...]
    left: tuple[Host, ...]


def mesh_routes(mesh: Mesh, plan: RoutePlan) -> Iterator[MeshRoute]:
    """Yield every host of users' mesh VirtualServices that speaks of a lane service.

    The root that a group hands a service over to is what the user was asked for.
    """
    audience = _Audience(mesh, plan)
    roots = {(delegated.root, host) for host, delegated in plan.delegated.items()}
    for service in filter(binds_mesh, mesh.virtual_services):
        for index, pattern in placed(mesh_hosts(service), service.host_places):
            spoken = [
                host
                for host in _lane_hosts(mesh, pattern)
                if (service.meta.ref, host) not in roots
                and meets_calls(service, mesh.services[host])
                and audience.sees(service, mesh.services[host])
            ]
            wide = pattern.startswith("*")
            taken = [host for host in spoken if not wide or _takes_bytes(mesh, service, host)]
            left = [host for host in spoken if wide and host not in taken]
            place = service.meta.place("spec", "hosts", index)
            yield MeshRoute(service, place, tuple(taken), tuple(left))


class _Audience(Struct, dict=True):
    """All who may call, found when they are first asked for."""

    mesh: Mesh
    plan: RoutePlan

    @cached_property
    def _scopes(self) -> tuple[SidecarScope, ...]:
        return tuple(scope_of(self.mesh, one.caller) for one in callers(self.mesh, self.plan))

    def sees(self, author: VirtualService, service: MeshService) -> bool:
        """Whether the proxy of anybody who may call a service holds a VirtualService for it."""
        to = shown(author)
        if to.is_public and not self.mesh.sidecars:
            return True
        ports = [port.number for port in service.ports]
        return any(scope.nearness(to, port) is not None for scope in self._scopes for port in ports)


def _takes_bytes(mesh: Mesh, author: VirtualService, host: Host) -> bool:
    """Whether TCP routes of a VirtualService meet connections to a service."""
    ports = mesh.services[host].ports
    return bool(author.tcp) and any(port.protocol == "tcp" or port.sniffed for port in ports)


def _lane_hosts(mesh: Mesh, pattern: str) -> list[Host]:
    """Return the lane services that a host or a wildcard speaks of."""
    wide = pattern.startswith("*")
    hosts = [host for host in mesh.owner_of if covers(pattern, host)] if wide else [Host(pattern)]
    groups = ((host, planning_owner(mesh, host)) for host in hosts)
    return [host for host, group in groups if group is not None and group.lanes]
