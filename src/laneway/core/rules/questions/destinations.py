"""Every destination of the users' VirtualServices, with the words to speak of it.

Comes in: a Mesh. Goes out: each destination with its absolute host, its place and its route's name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from laneway.core.findings.place import Place
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import Host, resolve_host
from laneway.core.resources.istio import RouteDestination, VirtualService
from laneway.core.routing.written import binds_mesh
from laneway.core.rules.questions.authors import route_name


@dataclass(frozen=True, slots=True)
class WrittenDestination:
    """A destination as its author wrote it. `alone` is true where its route has no other.

    `headers` is the raw block of an HTTP route itself; a TCP route is none (`is_http`).
    """

    author: VirtualService
    destination: RouteDestination
    host: Host
    route: str
    place: Place
    alone: bool
    is_http: bool = True
    headers: Any = None

    @property
    def at_gateway(self) -> bool:
        """Whether gateways hold the route."""
        return any(name != "mesh" for name in self.author.gateways)

    @property
    def in_mesh(self) -> bool:
        """Whether sidecars hold the route."""
        return binds_mesh(self.author)


def written_destinations(mesh: Mesh) -> Iterator[WrittenDestination]:
    """Yield the destinations of HTTP and TCP routes, in the order written."""
    for author in mesh.virtual_services:
        for http in author.http:
            found = _of_route(author, "http", http.index, http.destinations)
            yield from (replace(one, headers=http.policy.get("headers")) for one in found)
        for tcp in author.tcp:
            yield from _of_route(author, "tcp", tcp.index, tcp.destinations)


def _of_route(
    author: VirtualService, kind: str, index: int, written: tuple[RouteDestination, ...]
) -> Iterator[WrittenDestination]:
    for one in written:
        yield WrittenDestination(
            author,
            one,
            resolve_host(one.host, author.meta.namespace),
            route_name(author, index, kind),
            author.meta.place("spec", kind, index, "route", one.index),
            len(written) == 1,
            kind == "http",
        )
