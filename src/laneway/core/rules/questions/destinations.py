"""Every destination of the users' VirtualServices, with the words to speak of it.

Comes in: a Mesh. Goes out: each destination with its absolute host, its place and its route's name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.findings.place import Place
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import Host, resolve_host
from laneway.core.resources.istio.networking import (
    HttpRoute,
    RouteDestination,
    TcpRoute,
    VirtualService,
)
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.delegates import delegate_of
from laneway.core.routing.plan.rule_names import route_name
from laneway.core.routing.plan.written import MESH, binds_mesh


class WrittenDestination(Struct, frozen=True):
    """A destination as its author wrote it. `alone` is true where its route has no other.

    `headers` are the raw blocks its HTTP route is held with: its own, or those of the root routes
    that hand over to it. A TCP route is none (`is_http`). `roots` are those who hand over.
    """

    author: VirtualService
    destination: RouteDestination
    host: Host
    route: str
    place: Place
    alone: bool
    is_http: bool = True
    headers: tuple[Any, ...] = ()
    roots: tuple[VirtualService, ...] = ()

    @property
    def at_gateway(self) -> bool:
        """Whether gateways hold the route."""
        return any(_is_at_gateway(one) for one in (self.author, *self.roots))

    @property
    def in_mesh(self) -> bool:
        """Whether sidecars hold the route."""
        holders = self.roots if not self.author.hosts else (self.author,)
        return any(map(binds_mesh, holders))


def written_destinations(mesh: Mesh) -> Iterator[WrittenDestination]:
    """Yield the destinations of HTTP and TCP routes, in the order written."""
    handing = _handing_over(mesh)
    for author in mesh.virtual_services:
        through = handing.get(author.meta.ref, ())
        for http in author.http:
            own = http.policy.get("headers")
            blocks: tuple[Any, ...] = (own,)
            if own is None and through:
                blocks = tuple(
                    route.policy.get("headers") for root, route in through if _is_at_gateway(root)
                )
            roots = tuple(root for root, _ in through)
            for one in _of_route(author, http):
                yield replace(one, headers=blocks, roots=roots)
        for tcp in author.tcp:
            yield from _of_route(author, tcp)


def _is_at_gateway(author: VirtualService) -> bool:
    return any(name != MESH for name in author.gateways)


def _handing_over(mesh: Mesh) -> dict[Ref, list[tuple[VirtualService, HttpRoute]]]:
    """Return for each delegate the routes that hand over to it."""
    found: dict[Ref, list[tuple[VirtualService, HttpRoute]]] = {}
    for root in mesh.virtual_services:
        for route in root.http if root.hosts else ():
            if route.delegate is not None:
                found.setdefault(delegate_of(root, route), []).append((root, route))
    return found


def _of_route(author: VirtualService, route: HttpRoute | TcpRoute) -> Iterator[WrittenDestination]:
    place = author.meta.place("spec", route.kind, route.index, "route")
    for one in route.destinations:
        yield WrittenDestination(
            author,
            one,
            resolve_host(one.host, author.meta.namespace),
            route_name(author, route),
            place.at(one.index),
            len(route.destinations) == 1,
            isinstance(route, HttpRoute),
        )
