"""Splits of requests over several destinations, as lanes and users' routes write them.

Comes in: a Mesh. Goes out: each split with its weights as written, its name and its place. What is
said of weights holds for both kinds alike.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from laneway.core.findings.place import Place
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.resources.istio.networking import HttpRoute, TcpRoute, VirtualService
from laneway.core.routing.plan.rule_names import route_name


class SplitPart(Struct, frozen=True):
    """One destination of a split: what it is called, its weight (0 where none is written)."""

    said: str
    weight: int
    place: Place
    subject: str


class Split(Struct, frozen=True):
    """All destinations of one split. `subject` is the object that makes the split."""

    said: str
    subject: str
    place: Place
    parts: tuple[SplitPart, ...]

    @property
    def total(self) -> int:
        """The sum of the weights."""
        return sum(part.weight for part in self.parts)

    @property
    def has_negative(self) -> bool:
        """Whether a weight is below 0, so that the sum says nothing."""
        return any(part.weight < 0 for part in self.parts)


def splits(mesh: Mesh) -> Iterator[Split]:
    """Yield every split that somebody wrote: groups by weight, then users' routes."""
    for group in mesh.groups:
        if group.group.strategy == "weighted" and group.lanes:
            yield of_group(group)
    for service in mesh.virtual_services:
        routes: tuple[HttpRoute | TcpRoute, ...] = (*service.http, *service.tcp)
        for route in routes:
            if len(route.destinations) > 1:
                yield _of_route(service, route)


def of_group(group: Group) -> Split:
    """Return the split by the weights of a group's lanes, asked for or not."""
    meta = group.group.meta
    parts = tuple(
        SplitPart(
            f"lane {lane.name}",
            lane.weight.weight,
            lane.lane.meta.place("spec", "ingressWeight", "weight"),
            str(lane.lane.meta.ref),
        )
        for lane in group.lanes
        if lane.weight is not None
    )
    place = meta.place("spec", "ingress", "ingressRouting", "ingressRoutingStrategy")
    return Split(f"the lanes of group {group.name}", str(meta.ref), place, parts)


def _of_route(service: VirtualService, route: HttpRoute | TcpRoute) -> Split:
    place = service.meta.place("spec", route.kind, route.index, "route")
    parts = tuple(
        SplitPart(
            f"{one.host} subset {one.subset}" if one.subset else one.host,
            one.weight or 0,
            place.at(one.index, "weight"),
            str(service.meta.ref),
        )
        for one in route.destinations
    )
    said = f"route {route_name(service, route)}"
    return Split(said, str(service.meta.ref), place, parts)
