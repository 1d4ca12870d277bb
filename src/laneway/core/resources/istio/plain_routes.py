"""Reads HTTP routes of the plainest form in one move: they ask of callers, and name destinations.

Comes in: a cursor on the spec of a VirtualService. Goes out: its routes; or nothing where one of
them has any other field or a flaw, and then the reader of whole routes reads them all, and says the
same of plain ones. Apart from it, since a mesh of lanes has many thousand routes and few that say
more: these are checked and taken over without a cursor for each mapping.
https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRoute
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct, ValidationError, convert

from laneway.core.resources.alike import Lists, faultless
from laneway.core.resources.istio.networking import HttpRoute, RouteDestination
from laneway.core.resources.matching import Match
from laneway.core.resources.yaml.cursor import Cursor

MOST = 2**31 - 1
LEAST = -(2**31)


class _PlainPort(Struct, forbid_unknown_fields=True):
    number: Annotated[int, Meta(ge=1, le=65535)] | None = None


class _PlainDestination(Struct, forbid_unknown_fields=True):
    host: Annotated[str, Meta(min_length=1)]
    subset: str = ""
    port: _PlainPort | None = None


class _PlainShare(Struct, forbid_unknown_fields=True):
    destination: _PlainDestination
    weight: Annotated[int, Meta(ge=LEAST, le=MOST)] | None = None


class _PlainRoute(Struct, forbid_unknown_fields=True):
    route: list[_PlainShare]
    name: str = ""
    match: Any = None


def plain_routes(spec: Cursor, matches: Lists[Match]) -> tuple[HttpRoute, ...] | None:
    """Return the `http` routes if all are plain; their matches are read as `matches` says."""
    try:
        written = convert(spec.raw.get("http"), list[_PlainRoute])
    except ValidationError:
        return None
    found = []
    for index, route in enumerate(written):
        asked = faultless(matches, route.match)
        if asked is None:
            return None
        to = tuple([_destination(place, share) for place, share in enumerate(route.route)])
        found.append(HttpRoute(route.name, asked, to, index))
    spec.notes.plain.add("http")
    return tuple(found)


def _destination(index: int, share: _PlainShare) -> RouteDestination:
    to = share.destination
    port = to.port.number if to.port is not None else None
    return RouteDestination(to.host, to.subset, port, share.weight, None, None, index)
