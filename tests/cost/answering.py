"""Which pods would answer callers of strict lanes, read from what their proxies were sent.

Comes in: a mesh of strict lanes and its proxies. Goes out: those callers and services where it is
not the caller's own lane that answers. Figures of a layout that leads elsewhere are worth nothing,
so whoever measures asks this last, when the last lane has been added.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from tests.cluster.crowd import Crowd
from tests.cost.meshes import FIRST_PORT, Size, host_of, lane_name, place

Json = dict[str, Any]
PATIENCE = 30.0
"""Seconds."""


def misled(size: Size, crowd: Crowd) -> list[str]:
    """Return `LANE: SERVICE` for each service that a lane's proxy leads to other pods than its.

    Raises KeyError where the endpoints of a cluster do not come within `PATIENCE`.
    """
    end = time.monotonic() + PATIENCE
    while True:
        tables, endpoints = (crowd.shown(kind) for kind in ("tables", "endpoints"))
        try:
            return list(_misled(size, tables, endpoints))
        except KeyError:  # they are asked for once their cluster is there
            if time.monotonic() > end:
                raise
        time.sleep(0.1)


def _misled(size: Size, tables: Json, endpoints: Json) -> Iterator[str]:
    for lane in range(size.lanes + 1):
        name = lane_name(lane)
        for number in range(size.services) if name in tables else ():
            host = host_of(size, number)
            own = {place(size, number, lane).address}
            if _reached(tables[name], endpoints[name], host) != own:
                yield f"{name}: {host}"


def _reached(tables: Json, endpoints: Json, host: str) -> set[str]:
    """Return the addresses to which a plain request for a host may go."""
    hosts = tables[str(FIRST_PORT)]["virtualHosts"]
    (routes,) = (one["routes"] for one in hosts if host in one["domains"])
    first = next(route for route in routes if "headers" not in route["match"])
    return {
        one["endpoint"]["address"]["socketAddress"]["address"]
        for cluster in _clusters(first["route"])
        for place in endpoints[cluster].get("endpoints", ())
        for one in place.get("lbEndpoints", ())
    }


def _clusters(route: Json) -> Iterator[str]:
    if "cluster" in route:
        yield route["cluster"]
    for one in route.get("weightedClusters", {}).get("clusters", ()):
        yield one["name"]
