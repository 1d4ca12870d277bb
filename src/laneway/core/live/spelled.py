"""The routes that a proxy holds of a VirtualService, as istiod names and orders them.

Comes in: a manifest, and a caller in the mesh or a gateway. Goes out: its routes, each with the
name it has in a proxy, its clusters and weights, and all that is written in it. Istio makes one
route of each match and leaves out those that speak of others; the list ends where a route takes any
request. Laneway's own objects are read: their destinations have full names and ports.
https://istio.io/latest/docs/reference/config/networking/virtual-service/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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


def held_by_caller(virtual_service: Manifest, caller: Caller, port: int) -> tuple[HeldRoute, ...]:
    """Return the HTTP routes that a caller's proxy holds for a port of a service."""
    return tuple(_held(virtual_service, port, caller, ""))


def held_by_gateway(virtual_service: Manifest, gateway: str, port: int) -> tuple[HeldRoute, ...]:
    """Return the HTTP routes that a gateway (`namespace/name`) holds on one of its ports."""
    return tuple(_held(virtual_service, port, None, gateway))


def _held(
    virtual_service: Manifest, port: int, caller: Caller | None, gateway: str
) -> Iterator[HeldRoute]:
    space = virtual_service.ref.namespace
    for written in virtual_service.body["spec"].get("http") or ():
        matches: Sequence[Body] = written.get("match") or ({},)
        for body in matches:
            match = _match(body)
            if caller is not None:
                speaks = speaks_of(match, port, caller)
            else:
                named = {resolve_gateway(name, space) for name in match.gateways}
                speaks = match.port in (None, port) and (not named or gateway in named)
            if not speaks:
                continue
            about = {key: value for key, value in written.items() if key != "match"}
            asked = {key: value for key, value in body.items() if not key.startswith("source")}
            yield HeldRoute(_route(written, body), {**about, "match": asked})
            if is_catch_all(match):
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
