"""Where the weights of lanes are written: in users' routes, and at lanes of weighted groups.

Comes in: a Mesh. Goes out: each split that leads to lanes, with its parts: whose each is, what it
weighs, and where that is written. A destination is a lane's by its subset, or by a service whose
selector has the labels of that lane alone. Services themselves need not be in the input: a folder
of routes and lanes says enough.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from laneway.core.findings.place import Place
from laneway.core.mesh.membership import lane_of_subset, lanes_of
from laneway.core.mesh.mesh import Group, GroupLane, Mesh
from laneway.core.mesh.names import resolve_host, service_host
from laneway.core.resources.istio.networking import (
    HttpRoute,
    RouteDestination,
    TcpRoute,
    VirtualService,
)


class Portion(Struct, frozen=True):
    """One part of a split. `lane` is empty where it is no lane's; `said` is how it is called.

    `place` is the mapping that has the weight, None where that is not written; `host` and `subset`
    are those of a route's destination.
    """

    said: str
    lane: str
    weight: int
    place: Place | None
    host: str = ""
    subset: str = ""


class LaneSplit(Struct, frozen=True):
    """A split of which some part is a lane's. `key` finds it again in another state of the files.

    `in_routes` tells a user's route from the weights of a group's lanes.
    """

    key: tuple[str, ...]
    said: str
    subject: str
    place: Place
    portions: tuple[Portion, ...]
    in_routes: bool = True

    @property
    def files(self) -> frozenset[str]:
        """The files in which the weights are."""
        return frozenset(one.place.source.path for one in self.portions if one.place)

    def of(self, lane: str) -> Portion | None:
        """Return the part of a lane."""
        return next((one for one in self.portions if one.lane == lane), None)

    def weight_of(self, lane: str) -> int:
        """Return the weight of a lane, 0 where it has no part."""
        return sum(one.weight for one in self.portions if one.lane == lane)


class LaneRoute(Struct, frozen=True):
    """A route that sends all its requests to one lane, and where that is written."""

    said: str
    subject: str
    place: Place
    lane: str


def lane_splits(mesh: Mesh) -> tuple[LaneSplit, ...]:
    """Return every split that leads to lanes: users' routes, then groups by weight.

    A single destination with a weight of its own is a split that others may join.
    """
    found = [_of_route(mesh, *one) for one in _routes(mesh) if _is_split(one[1])]
    found += [_of_group(one) for one in mesh.groups if one.group.strategy == "weighted"]
    return tuple(one for one in found if any(part.lane for part in one.portions))


def lane_routes(mesh: Mesh) -> Iterator[LaneRoute]:
    """Yield the routes with a single destination that is a lane's, whatever its weight."""
    for service, route in _routes(mesh):
        lane = _lane(mesh, service, route.destinations[0])
        if lane is not None and len(route.destinations) == 1:
            place = service.meta.place("spec", route.kind, route.index)
            yield LaneRoute(_said(service, route), str(service.meta.ref), place, lane.name)


def _routes(mesh: Mesh) -> Iterator[tuple[VirtualService, HttpRoute | TcpRoute]]:
    for one in mesh.snapshot.by_kind.get(VirtualService, ()):
        if isinstance(one, VirtualService) and one.meta.ref not in mesh.superseded:
            routes: tuple[HttpRoute | TcpRoute, ...] = (*one.http, *one.tcp)
            yield from ((one, route) for route in routes if route.destinations)


def _is_split(route: HttpRoute | TcpRoute) -> bool:
    return len(route.destinations) > 1 or route.destinations[0].weight is not None


def _of_route(mesh: Mesh, service: VirtualService, route: HttpRoute | TcpRoute) -> LaneSplit:
    place = service.meta.place("spec", route.kind, route.index, "route")
    parts = []
    for one in route.destinations:
        lane = _lane(mesh, service, one)
        host = resolve_host(one.host, service.meta.namespace)
        said = lane.name if lane else f"{host} subset {one.subset}" if one.subset else host
        at = place.at(one.index)
        name = lane.name if lane else ""
        parts.append(Portion(said, name, one.weight or 0, at, one.host, one.subset))
    key = (str(service.meta.ref), route.kind, route.name or str(route.index))
    subject = str(service.meta.ref)
    return LaneSplit(key, _said(service, route), subject, place, tuple(parts))


def _said(service: VirtualService, route: HttpRoute | TcpRoute) -> str:
    name = route.name or f"{route.kind} route {route.index + 1}"
    return f"{name} of {service.meta.ref}"


def _of_group(group: Group) -> LaneSplit:
    parts = []
    for lane in group.lanes:
        weight = lane.weight
        place = lane.lane.meta.place("spec", "ingressWeight") if weight else None
        parts.append(Portion(lane.name, lane.name, weight.weight if weight else 0, place))
    meta = group.group.meta
    place = meta.place("spec", "ingress", "ingressRouting")
    said = f"the lanes of group {group.name}"
    return LaneSplit((str(meta.ref),), said, str(meta.ref), place, tuple(parts), in_routes=False)


def _lane(mesh: Mesh, service: VirtualService, to: RouteDestination) -> GroupLane | None:
    """Return the lane whose a destination is."""
    host = resolve_host(to.host, service.meta.namespace)
    if to.subset:
        groups = (one for one in mesh.groups if _names(one, host))
        return next((lane for one in groups if (lane := lane_of_subset(one, to.subset))), None)
    known = mesh.services.get(host)
    return lane_of_service(mesh, known.service.selector) if known else None


def lane_of_service(mesh: Mesh, selector: tuple[tuple[str, str], ...]) -> GroupLane | None:
    """Return the lane whose pods alone a service's selector selects, as far as labels tell."""
    found = [lane for group in mesh.groups for lane in lanes_of(group, selector)]
    return found[0] if len(found) == 1 else None


def _names(group: Group, host: str) -> bool:
    return any(service_host(one.name, one.namespace) == host for one in group.group.services)
