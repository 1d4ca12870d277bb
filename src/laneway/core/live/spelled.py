"""The routes that a proxy holds of a VirtualService, as istiod names and orders them.

Comes in: a manifest, and a caller in the mesh or a gateway. Goes out: its routes, each with the
name it has in a proxy, its clusters and weights, and all that is written in it. Istio makes one
route of each match and leaves out those that speak of others; the list ends where a route takes any
request. Laneway's own objects are read: their destinations have full names and ports.
https://istio.io/latest/docs/reference/config/networking/virtual-service/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from laneway.core.emit.envoy.cluster_names import cluster_name
from laneway.core.emit.manifest import Manifest
from laneway.core.live.seen import Route
from laneway.core.mesh.mesh import Caller
from laneway.core.mesh.names import Host, resolve_gateway
from laneway.core.resources.matching import Match, StringMatch
from laneway.core.routing.plan.route_plan import Destination
from laneway.core.routing.plan.survivors import MESH, is_catch_all, speaks_of

Body = Mapping[str, Any]


class HeldRoute(Struct, frozen=True):
    """A route as a proxy holds it, and what is written in it, without who it is for."""

    route: Route
    body: Body


class SpelledRoute(Struct, frozen=True):
    """A route with whom it is for, and whether nothing behind it counts for those."""

    match: Match
    is_last: bool
    held: HeldRoute


class SpelledRoutes:
    """The HTTP routes of a VirtualService, read once and then held by many proxies."""

    def __init__(self, virtual_service: Manifest) -> None:
        """Read the routes, one for each match."""
        self.namespace = virtual_service.ref.namespace
        self.routes = tuple(_spelled(virtual_service))

    def held_by_caller(self, caller: Caller, port: int) -> tuple[HeldRoute, ...]:
        """Return the routes that a caller's proxy holds for a port of a service."""
        return tuple(_until_last(one for one in self.routes if speaks_of(one.match, port, caller)))

    def held_by_gateway(self, gateway: str, port: int) -> tuple[HeldRoute, ...]:
        """Return the routes that a gateway (`namespace/name`) holds on one of its ports."""
        found = (one for one in self.routes if self._is_for(one.match, gateway, port))
        return tuple(_until_last(found))

    def _is_for(self, match: Match, gateway: str, port: int) -> bool:
        named = {resolve_gateway(name, self.namespace) for name in match.gateways}
        return match.port in (None, port) and (not named or gateway in named)


def _spelled(virtual_service: Manifest) -> Iterator[SpelledRoute]:
    for written in virtual_service.body["spec"].get("http") or ():
        about = {key: value for key, value in written.items() if key != "match"}
        matches: Sequence[Body] = written.get("match") or ({},)
        for body in matches:
            asked = {key: value for key, value in body.items() if not key.startswith("source")}
            match = _match(body)
            held = HeldRoute(_route(written, body), {**about, "match": asked})
            yield SpelledRoute(match, is_catch_all(match), held)


def _until_last(routes: Iterable[SpelledRoute]) -> Iterator[HeldRoute]:
    for one in routes:
        yield one.held
        if one.is_last:
            return


def _route(written: Body, match: Body) -> Route:
    named = [name for name in (written.get("name"), match.get("name")) if name]
    shares = written.get("route") or ()
    if len(shares) > 1:
        shares = [one for one in shares if one.get("weight")]
    clusters = tuple((_cluster(one["destination"]), int(one.get("weight") or 0)) for one in shares)
    if len(clusters) == 1:
        clusters = ((clusters[0][0], 0),)
    return Route(".".join(named), clusters)


def _cluster(destination: Body) -> str:
    port = (destination.get("port") or {}).get("number", 0)
    host = Host(destination["host"])
    return cluster_name(Destination(host, port, destination.get("subset", "")))


def _match(body: Body) -> Match:
    """Read what decides whom a match is for, and whether it takes any request."""
    lists = ("headers", "withoutHeaders", "queryParams")
    asked = [(name, StringMatch("present")) for key in lists for name in body.get(key) or ()]
    single = ("scheme", "method", "authority")
    asked += [(name, StringMatch("present")) for name in single if body.get(name)]
    uri = next(iter((body.get("uri") or {}).items()), None)
    labels = body.get("sourceLabels") or {}
    return Match(
        uri=StringMatch(*uri) if uri else None,
        headers=tuple(asked),
        port=body.get("port"),
        source_labels=tuple(sorted(labels.items())),
        source_namespace=body.get("sourceNamespace", ""),
        gateways=tuple(body.get("gateways") or ()),
    )


def is_in_mesh(virtual_service: Manifest) -> bool:
    """Whether it speaks to sidecars."""
    return MESH in (virtual_service.body["spec"].get("gateways") or [MESH])
