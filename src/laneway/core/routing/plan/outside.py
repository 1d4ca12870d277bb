"""Routes of the mesh for hosts that are no service, as users' VirtualServices write them.

Comes in: the mesh, and a call by name. Goes out: the rules that such a VirtualService gives it, if
any. A sidecar holds them on port 80 alone, and on the ports of services of which the same object
speaks. Where the name is another spelling of a service, whichever object is older has it.
https://github.com/istio/istio/blob/master/pilot/pkg/networking/core/route/route.go
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence

from laneway.core.mesh.hosts import covers
from laneway.core.mesh.mesh import Caller, Mesh, MeshService
from laneway.core.mesh.names import Host
from laneway.core.mesh.spellings import HTTP_PORT, spelled_lanes
from laneway.core.mesh.visibility import SidecarScope, scope_of
from laneway.core.resources.istio.networking import VirtualService
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.route_plan import Hop, RoutePlan, Rule
from laneway.core.routing.plan.survivors import held_unknown, surviving
from laneway.core.routing.plan.written import References, binds_mesh, mesh_hosts, mesh_rules, shown


def outside_hops(
    reading: References, speaking: Sequence[VirtualService]
) -> Mapping[str, tuple[Hop, ...]]:
    """Return the hops of hosts that are no service, by host: one per port."""
    found: dict[str, dict[int, Hop]] = {}
    for author in reversed(speaking):
        for host, port in outside_of(reading.mesh, author):
            hops = found.setdefault(host, {})
            rules = mesh_rules(reading, author, port, tcp=False)
            ref, to = author.meta.ref, shown(author)
            hops[port] = Hop(Host(host), port, "http", rules, "", ref, to, hops.get(port))
    return {host: tuple(hops.values()) for host, hops in found.items()}


def outside_of(mesh: Mesh, author: VirtualService) -> Iterator[tuple[str, int]]:
    """Yield the hosts of a mesh VirtualService that are no service on a port, and the port."""
    if not binds_mesh(author) or not author.http:
        return
    hosts = tuple(dict.fromkeys(host.lower() for host in mesh_hosts(author)))
    if {*hosts} <= mesh.services.keys():
        return
    wide = [host for host in hosts if host.startswith("*")]
    near = {*hosts} & mesh.services.keys()
    if wide:
        near |= {known for known in mesh.services if any(covers(one, known) for one in wide)}
    spoken = [port for one in near for port in mesh.services[Host(one)].ports]
    ports = {port.number for port in spoken if port.protocol == "http"}
    for number in sorted({HTTP_PORT, *ports}):
        for host in hosts:
            if host not in mesh.services and not _covers_service(mesh, host, number):
                yield host, number


def misspelled(mesh: Mesh, author: VirtualService) -> Mapping[str, MeshService]:
    """Return the other spellings of lane services that a mesh VirtualService may take."""
    outside = tuple(outside_of(mesh, author))
    spelled = spelled_lanes(mesh) if outside else {}
    return {
        host: service
        for host, number in outside
        if (service := spelled.get(host)) is not None
        and any(port.number == number and not port.sniffed for port in service.ports)
    }


def _covers_service(mesh: Mesh, host: str, number: int) -> bool:
    """Whether a wildcard covers a service that has a port; then it is for services alone."""
    return host.startswith("*") and any(
        covers(host, known) and any(port.number == number for port in one.ports)
        for known, one in mesh.services.items()
    )


def rules_outside(
    mesh: Mesh, plan: RoutePlan, caller: Caller, called: tuple[str, int], hop: Hop | None
) -> tuple[Rule, ...]:
    """Return the rules by which a caller's proxy takes a name on a port for no service.

    `hop` is that of the service which the name stands for, if it stands for one. Where the
    protocol of its port is sniffed the address decides that is dialed, and not the name.
    """
    name, port = called
    service = mesh.services.get(hop.host) if hop is not None else None
    if service is not None and any(one.sniffed for one in service.ports if one.number == port):
        return ()
    scope = scope_of(mesh, caller)
    found = _held(mesh, plan, caller, (name.lower(), port))
    if hop is None and not found:
        wide = (one for one in plan.outside if one.startswith("*") and covers(one, name.lower()))
        for pattern in sorted(wide, key=len, reverse=True):
            if found := _held(mesh, plan, caller, (pattern, port)):
                break
    if hop is None or not found:
        return found
    other = surviving(mesh, hop, caller)[0]
    older = _older(mesh, scope, port, {found[0].origin.ref, other.origin.ref})
    return found if older in (None, found[0].origin.ref) else ()


def _held(mesh: Mesh, plan: RoutePlan, caller: Caller, called: tuple[str, int]) -> tuple[Rule, ...]:
    host, port = called
    hop = next((one for one in plan.outside.get(host, ()) if one.port == port), None)
    return held_unknown(mesh, hop, caller, scope_of(mesh, caller)) if hop is not None else ()


def _older(mesh: Mesh, scope: SidecarScope, port: int, refs: Container[Ref]) -> Ref | None:
    """Return which of some objects comes first for a caller; lanes' own are none of them."""
    found = (
        (near, place, route.meta.ref)
        for place, route in enumerate(mesh.virtual_services)
        if route.meta.ref in refs and (near := scope.nearness(shown(route), port)) is not None
    )
    first = min(found, default=None)
    return first[2] if first else None
