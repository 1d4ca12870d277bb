"""Reads a VirtualService.

Comes in: a cursor on the object. Goes out: its routes as typed values, everything a route can say
besides its destinations as one raw policy. A route of which a condition or a destination cannot be
read is left out alone; a policy of a wrong type is left out of its route.
https://istio.io/latest/docs/reference/config/networking/virtual-service/
"""

from __future__ import annotations

from typing import Any

from laneway.core.findings.codes import shape
from laneway.core.resources.alike import Lists, read_alike
from laneway.core.resources.istio.durations import milliseconds
from laneway.core.resources.istio.known_fields import ISTIO_SPECS
from laneway.core.resources.istio.networking import (
    HttpRoute,
    RouteDestination,
    TcpRoute,
    VirtualService,
)
from laneway.core.resources.istio.plain_routes import LEAST, MOST, plain_routes
from laneway.core.resources.istio.policy_shapes import ROUTE
from laneway.core.resources.istio.read_header_edits import check_header_edits
from laneway.core.resources.istio.read_networking import export_to
from laneway.core.resources.istio.read_policy import is_well_formed
from laneway.core.resources.matching import Match
from laneway.core.resources.read_matching import MATCH_FIELDS, read_match
from laneway.core.resources.read_meta import read_meta
from laneway.core.resources.yaml.cursor import Cursor
from laneway.core.resources.yaml.spelling import describe

_TCP_FIELDS = frozenset(
    {"destinationSubnets", "port", "sourceSubnet", "sourceLabels", "gateways", "sourceNamespace"}
)
_BLOCKS = ("retries", "fault", "mirror", "rewrite", "corsPolicy", "headers", "mirrorPercentage")
_INSTEAD = ("redirect", "directResponse", "delegate")
_TYPED = frozenset({"name", "match", "route", *_INSTEAD})


def read_virtual_service(root: Cursor) -> VirtualService | None:
    """Read a VirtualService; nothing when it has no name.

    Nothing either when none of its gateways can be read: without gateways it would speak for the
    mesh.
    """
    meta = read_meta(root, "VirtualService", namespaced=True)
    if meta is None:
        return None
    spec = root.below("spec")
    hosts, host_places = spec.placed_texts("hosts")
    gateways, gateway_places = spec.placed_texts("gateways")
    if spec.raw.get("gateways") and not gateways:
        return None
    tcp = (_tcp(index, entry) for index, entry in spec.each("tcp"))
    return VirtualService(
        meta=meta,
        hosts=hosts,
        gateways=gateways,
        http=_http_routes(spec),
        tcp=tuple(route for route in tcp if route is not None),
        tls=tuple(entry.raw for _, entry in spec.each("tls")),
        export_to=export_to(spec),
        host_places=host_places,
        gateway_places=gateway_places,
    )


def _http_routes(spec: Cursor) -> tuple[HttpRoute, ...]:
    plain = plain_routes(spec, _HTTP_MATCHES)
    if plain is not None:
        return plain
    routes = (_http(index, entry) for index, entry in spec.each("http"))
    return tuple(route for route in routes if route is not None)


def _http(index: int, entry: Cursor) -> HttpRoute | None:
    before = entry.notes.errors
    matches = read_alike(entry, _HTTP_MATCHES)
    name = entry.text("name")
    destinations = _destinations(entry)
    redirect, answer, delegate = (entry.mapping(key) for key in _INSTEAD)
    if entry.notes.errors > before:
        return None
    policy = _policy(entry)
    return HttpRoute(name, matches, destinations, index, redirect, answer, delegate, policy)


def _http_matches(entry: Cursor) -> tuple[Match, ...]:
    return _matches(entry, MATCH_FIELDS)


def _tcp_matches(entry: Cursor) -> tuple[Match, ...]:
    return _matches(entry, _TCP_FIELDS)


_HTTP_MATCHES = Lists("match", _http_matches, ISTIO_SPECS["VirtualService"]["http"]["match"])
_TCP_MATCHES = Lists("match", _tcp_matches, ISTIO_SPECS["VirtualService"]["tcp"]["match"])


def _matches(entry: Cursor, fields: frozenset[str]) -> tuple[Match, ...]:
    found = []
    for _, cursor in entry.each("match"):
        if not cursor.raw.keys() <= fields:
            _unknown(cursor, fields)
        match = read_match(cursor)
        if match is not None:
            found.append(match)
    return tuple(found)


def _unknown(cursor: Cursor, fields: frozenset[str]) -> None:
    for name in cursor.raw:
        if name not in fields:
            cursor.report(shape.UNKNOWN_CONDITION, name, known=", ".join(sorted(fields)))


def _destinations(entry: Cursor) -> tuple[RouteDestination, ...]:
    return tuple([_destination(index, item) for index, item in entry.each("route")])


def _destination(index: int, item: Cursor) -> RouteDestination:
    destination = item.below("destination")
    if item.written("headers"):
        check_header_edits(item.below("headers"))
    return RouteDestination(
        host=destination.required("host"),
        subset=destination.text("subset"),
        port=destination.below("port").port("number"),
        weight=item.number("weight", LEAST, MOST),
        headers=item.mapping("headers"),
        fallback=item.mapping("fallback"),
        index=index,
    )


def _tcp(index: int, entry: Cursor) -> TcpRoute | None:
    before = entry.notes.errors
    by_address = any(match.written("destinationSubnets") for _, match in entry.each("match"))
    matches = read_alike(entry, _TCP_MATCHES)
    route = TcpRoute(matches, _destinations(entry), index, by_address)
    return route if entry.notes.errors == before else None


def _policy(entry: Cursor) -> dict[str, Any]:
    found = {
        name: value for name, value in entry.raw.items() if name not in _TYPED and value is not None
    }
    for name in _BLOCKS:
        if name in found and (entry.mapping(name) is None or not _sound(entry, name)):
            del found[name]
    if "timeout" in found and not _is_duration(entry, "timeout"):
        del found["timeout"]
    if "mirrors" in found and not isinstance(found["mirrors"], list):
        entry.wrong("mirrors", "a list", found.pop("mirrors"))
    return found


def _sound(entry: Cursor, name: str) -> bool:
    before = entry.notes.errors
    block = entry.below(name)
    if not is_well_formed(entry, name, ROUTE):
        return False
    if name == "headers":
        check_header_edits(block)
    elif name == "retries":
        block.number("attempts", 0, MOST)
        _is_duration(block, "perTryTimeout")
    elif name == "mirror":
        block.required("host")
    return entry.notes.errors == before


def _is_duration(block: Cursor, key: str) -> bool:
    """Whether the value is written as `1.5s`, `300ms`, `1h10m`; nothing written is fine."""
    value = block.raw.get(key)
    if value is None or milliseconds(value) is not None:
        return True
    block.report(
        shape.UNKNOWN_VALUE, key, found=describe(value), wanted="a duration such as 10s or 250ms"
    )
    return False
