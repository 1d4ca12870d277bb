"""Which lane services hand their host over to a VirtualService of the user's.

Comes in: the annotation of a group that names services, and what users wrote for the mesh. Goes
out: for each service the root that takes its host over, or why there is none. Lane routes lose
their host only while a root is there for every caller: without one Istio would serve the host by
its default route, which spreads over all lanes. In doubt the lanes keep it.
https://istio.io/latest/docs/reference/config/networking/virtual-service/#Delegate
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from laneway.core.mesh.hosts import HostIndex
from laneway.core.mesh.mesh import Caller, Group, Mesh, MeshService
from laneway.core.mesh.names import ROOT_NAMESPACE, Host, service_host
from laneway.core.mesh.visibility import Shown
from laneway.core.resources.istio.networking import VirtualService
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.delegates import delegate_of
from laneway.core.routing.plan.route_plan import Delegated
from laneway.core.routing.plan.service_names import VIRTUAL_SERVICE, plain_stem
from laneway.core.routing.plan.survivors import speaks_of
from laneway.core.routing.plan.written import naming_first

DELEGATE_ANNOTATION = "laneway.dev/delegate"
"""An annotation on a group: the services, as `namespace/name` with commas, that hand over."""

_ANYBODY = Caller("", ())
"""A caller of whom nothing is known: what is for it is for every caller."""


class Kept(Struct, frozen=True):
    """A service that was to hand over and keeps its host, and why. `named` is as written."""

    group: str
    named: str
    why: str


class HandingOver(Struct, frozen=True):
    """What becomes of the annotations of all groups."""

    delegated: Mapping[Host, Delegated]
    kept: tuple[Kept, ...] = ()


def handing_over(mesh: Mesh, speakers: HostIndex[VirtualService]) -> HandingOver:
    """Find the root of every service that is to hand over."""
    found: dict[Host, Delegated] = {}
    kept: list[Kept] = []
    for group in mesh.groups:
        for named in _named(group):
            space, _, name = named.partition("/")
            host = service_host(name, space)
            if host not in group.hosts or not group.lanes:
                kept.append(Kept(group.name, named, "it is no service that the group routes"))
                continue
            asking = [one for one in speakers.of(host) if one.http]  # others take no HTTP call
            root = _root(mesh, group, mesh.services[host], naming_first(asking, host))
            if isinstance(root, Delegated):
                found[host] = root
            else:
                kept.append(Kept(group.name, named, root))
    return HandingOver(found, tuple(kept))


def _named(group: Group) -> Iterator[str]:
    written = group.group.meta.annotations.get(DELEGATE_ANNOTATION, "")
    if not group.held:
        yield from dict.fromkeys(word for part in written.split(",") if (word := part.strip()))


def _root(
    mesh: Mesh, group: Group, service: MeshService, speaking: Sequence[VirtualService]
) -> Delegated | str:
    """Return who takes a service's host over, or why nobody does."""
    name = VIRTUAL_SERVICE.format(plain_stem(group.name, service))
    spaces = (service.namespace, ROOT_NAMESPACE)
    if any(port.protocol != "http" or port.sniffed for port in service.ports):
        return "a port of it may carry TCP, and Istio allows no delegate with TCP routes"
    if any(one.meta.name == name for one in mesh.virtual_services):
        return f"the name {name} belongs to a VirtualService of your own"
    roots = [(one, ref) for one in speaking for ref in _handed(one) if ref.name == name]
    roots = [(one, ref) for one, ref in roots if ref.namespace in spaces]
    if not roots:
        return f"no VirtualService for its host delegates to {service.namespace}/{name}"
    root, ref = roots[0]
    if not Shown.of(root, ()).is_public:
        return f"{root.meta.ref} is not exported to every namespace"
    # in the mesh Istio takes one VirtualService of a host, the oldest, and merges none with it
    if older := next((one for one in speaking if one is not root), None):
        return f"{older.meta.ref} has the same host"
    if not all(_is_for_anybody(root, ref, port.number) for port in service.ports):
        return f"{root.meta.ref} has no route for callers that its conditions leave out"
    return Delegated(root.meta.ref, ref)


def _is_for_anybody(root: VirtualService, ref: Ref, port: int) -> bool:
    """Whether every caller's proxy holds a route of a root for a port.

    A proxy without any would serve the host by Istio's default route.
    """
    routes = (one for one in root.http if one.delegate is None or delegate_of(root, one) == ref)
    return any(
        not route.matches or any(speaks_of(match, port, _ANYBODY) for match in route.matches)
        for route in routes
    )


def _handed(author: VirtualService) -> Iterator[Ref]:
    """Yield what the routes of a VirtualService hand over to."""
    for route in author.http:
        if route.delegate is not None:
            yield delegate_of(author, route)
