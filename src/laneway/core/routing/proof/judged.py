"""What is judged: the objects in the input, or the routes Laneway makes of its lanes.

Comes in: a mesh. Goes out: the mesh as it is to be read and the routes of its proxies. Where
anything in the input routes a host of a lane group in the mesh, the objects of the input are the
whole implementation, also those that were generated, and lanes add nothing to them: what is not
there is missing. Else what Laneway compiles is judged, with the users' own objects beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from laneway.core.findings.place import Source
from laneway.core.mesh.age import last_of_each, oldest_first
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import GatewayName
from laneway.core.mesh.superseded import is_generated
from laneway.core.resources.istio import (
    DestinationRule,
    Gateway,
    GatewayServer,
    VirtualService,
)
from laneway.core.resources.meta import Meta, Ref
from laneway.core.routing.delegates import delegate_of
from laneway.core.routing.gateways import ASSUMED_SELECTOR
from laneway.core.routing.hosts import covers
from laneway.core.routing.plan import RoutePlan
from laneway.core.routing.planner import plan
from laneway.core.routing.subsets import rule_host
from laneway.core.routing.written import binds_mesh, mesh_hosts

Wish = Literal["auto", "plan", "objects"]
T = TypeVar("T", VirtualService, DestinationRule)


@dataclass(frozen=True, slots=True)
class Judged:
    """An implementation: its mesh, its routes, and the objects it consists of."""

    what: Literal["plan", "objects"]
    mesh: Mesh
    plan: RoutePlan
    objects: int


def judged(mesh: Mesh, wish: Wish = "auto") -> Judged:
    """Return what is to be judged of a mesh; `wish` settles what the input leaves open."""
    whole = _with_all_objects(mesh)
    as_objects = wish == "objects" or (wish == "auto" and _routes_lanes(whole))
    seen = whole if as_objects else mesh
    dated = replace(
        seen,
        virtual_services=_by_age(seen.virtual_services),
        destination_rules=_by_age(seen.destination_rules),
    )
    return replanned("objects" if as_objects else "plan", dated)


def _by_age(things: Sequence[T]) -> tuple[T, ...]:
    """Put what has a time into order, at the places such things have; Istio takes ties by name.

    https://github.com/istio/istio/blob/master/pilot/pkg/model/config.go
    """

    def age(thing: T) -> tuple[str, str]:
        return thing.meta.created, f"{thing.meta.name}.{thing.meta.namespace}"

    return put(sorted((one for one in things if one.meta.created), key=age), things)


def put(order: Sequence[T], among: Sequence[T]) -> tuple[T, ...]:
    """Put things into another order at the places they have among others."""
    moved = {id(one) for one in order}
    later = iter(order)
    return tuple(next(later) if id(one) in moved else one for one in among)


def replanned(what: Literal["plan", "objects"], mesh: Mesh) -> Judged:
    """Return the routes of a mesh, by its objects alone or by its lanes as well."""
    counted = len(mesh.virtual_services) + len(mesh.destination_rules)
    if what == "plan":
        return Judged(what, mesh, plan(mesh), counted)
    return Judged(what, mesh, plan(replace(mesh, groups=(), owner_of={})), counted)


def _with_all_objects(mesh: Mesh) -> Mesh:
    """Return the mesh with generated objects counted as written ones.

    Where the input holds no Gateway, those of lane groups are unknown rather than missing, and
    taken to listen like the one of Istio's own installation.
    """
    things = last_of_each(mesh.snapshot.resources)
    gateways = mesh.gateways or {
        group.gateway: _assumed(group.gateway) for group in mesh.groups if group.gateway
    }
    return replace(
        mesh,
        virtual_services=oldest_first(one for one in things if isinstance(one, VirtualService)),
        destination_rules=oldest_first(one for one in things if isinstance(one, DestinationRule)),
        gateways=gateways,
        superseded=(),
    )


def _assumed(name: GatewayName) -> Gateway:
    space, _, short = name.partition("/")
    meta = Meta(Ref("Gateway", space, short), source=Source(""))
    return Gateway(meta, ASSUMED_SELECTOR, (GatewayServer(80, "HTTP", ("*",)),))


def _routes_lanes(mesh: Mesh) -> bool:
    return any(True for _ in _routing(mesh))


def _routing(mesh: Mesh) -> Iterator[VirtualService | DestinationRule]:
    """Yield the objects that route hosts of lane groups, or were generated to do so."""
    known = {one.meta.ref for one in mesh.virtual_services}
    lanes = [host for group in mesh.groups for host in group.hosts]
    for virtual_service in mesh.virtual_services:
        speaks = binds_mesh(virtual_service) and not _hands_over(virtual_service, known)
        if is_generated(virtual_service) or (
            speaks and _speaks_of(mesh_hosts(virtual_service), mesh, lanes)
        ):
            yield virtual_service
    for rule in mesh.destination_rules:
        if is_generated(rule) or (rule.subsets and _speaks_of((rule_host(rule),), mesh, lanes)):
            yield rule


def _hands_over(author: VirtualService, known: set[Ref]) -> bool:
    """Whether routes are handed to one that is not there: to what Laneway makes of the lanes."""
    handed = (delegate_of(author, route) for route in author.http if route.delegate is not None)
    return any(ref not in known for ref in handed)


def _speaks_of(hosts: tuple[str, ...], mesh: Mesh, lanes: Sequence[str]) -> bool:
    if any(host in mesh.owner_of for host in hosts):
        return True
    return any(covers(pattern, host) for pattern in hosts if "*" in pattern for host in lanes)
