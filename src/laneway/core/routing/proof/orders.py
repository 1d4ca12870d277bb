"""The orders of age that nothing in the input rules out.

Comes in: an implementation. Goes out: the same with its objects in every other order they may
have in a cluster. Istio lets the older of two objects win, files seldom say which that is, and so a
proof has to hold in each order. Objects that do not meet keep their place. More than a handful that
do are not tried: `too_many` names them.
https://istio.io/latest/docs/ops/best-practices/traffic-management/#split-virtual-services
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from typing import TypeVar

from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import resolve_gateway
from laneway.core.resources.istio import DestinationRule, VirtualService
from laneway.core.routing.hosts import covers
from laneway.core.routing.proof.judged import Judged, replanned
from laneway.core.routing.proof.verdict import Doubt
from laneway.core.routing.subsets import rule_host
from laneway.core.routing.written import MESH, binds_mesh, mesh_hosts

MOST_TIED = 4

T = TypeVar("T", VirtualService, DestinationRule)


@dataclass(frozen=True, slots=True)
class Tied:
    """Objects whose order of age decides something and is not known."""

    things: tuple[VirtualService, ...] | tuple[DestinationRule, ...]

    def __str__(self) -> str:
        """Name them."""
        return ", ".join(f"{one.meta.namespace}/{one.meta.name}" for one in self.things)


def tied(judged: Judged) -> list[Tied]:
    """Return every set of objects that meet and whose age does not tell them apart."""
    routes = judged.mesh.virtual_services
    rules = judged.mesh.destination_rules
    speaking = (one for one in routes if binds_mesh(one))
    wide = any(host.startswith("*") for one in speaking for host in mesh_hosts(one))
    doors = _doors if not wide else _wide_doors
    found = [Tied(tuple(some)) for some in _meeting(routes, doors, _routes_meet)]
    return found + [Tied(tuple(some)) for some in _meeting(rules, _rule_doors, _rules_meet)]


def too_many(found: Sequence[Tied]) -> Iterator[Doubt]:
    """Yield the sets of which not every order is tried."""
    for one in found:
        if len(one.things) > MOST_TIED:
            kind = one.things[0].meta.ref.kind
            place = one.things[0].meta.place("metadata", "name")
            yield Doubt(f"the order of age of {kind}s {one} is not known", place)


def other_orders(judged: Judged, found: Sequence[Tied]) -> Iterator[tuple[str, Judged]]:
    """Yield the implementation in every other order, with words that say which."""
    for one in found:
        if len(one.things) > MOST_TIED:
            continue
        for said, mesh in _reordered(judged.mesh, one):
            yield said, replanned(judged.what, mesh)
    if judged.what == "plan" and _entry_is_newest(judged.mesh):
        said = "if lanes' entries are older than the VirtualServices beside them"
        yield said, replanned("plan", _entry_first(judged.mesh))


def _reordered(mesh: Mesh, tie: Tied) -> Iterator[tuple[str, Mesh]]:
    routes = [one for one in tie.things if isinstance(one, VirtualService)]
    for order in list(permutations(routes))[1:]:
        moved = _put(order, mesh.virtual_services)
        yield _said(order), replace(mesh, virtual_services=moved)
    rules = [one for one in tie.things if isinstance(one, DestinationRule)]
    for some in list(permutations(rules))[1:]:
        yield _said(some), replace(mesh, destination_rules=_put(some, mesh.destination_rules))


def _said(order: Sequence[VirtualService | DestinationRule]) -> str:
    names = " before ".join(f"{thing.meta.namespace}/{thing.meta.name}" for thing in order)
    return f"if the order of {order[0].meta.ref.kind}s is {names}"


def _put(order: Sequence[T], among: Sequence[T]) -> tuple[T, ...]:
    """Put things into another order at the places they have among others."""
    moved = {id(one) for one in order}
    later = iter(order)
    return tuple(next(later) if id(one) in moved else one for one in among)


def _meeting(
    things: Sequence[T], doors: Callable[[T], Iterator[Hashable]], meet: Callable[[T, T], bool]
) -> Iterator[list[T]]:
    """Yield sets of two or more things that meet, directly or through others, in doubtful order."""
    behind: dict[Hashable, list[int]] = {}
    for place, thing in enumerate(things):
        for door in doors(thing):
            behind.setdefault(door, []).append(place)
    linked = list(range(len(things)))

    def root(place: int) -> int:
        while linked[place] != place:
            place = linked[place]
        return place

    for places in behind.values():
        for at, one in enumerate(places):
            for other in places[at + 1 :]:
                if _is_doubtful(things[one], things[other]) and meet(things[one], things[other]):
                    linked[max(root(one), root(other))] = min(root(one), root(other))
    sets: dict[int, list[T]] = {}
    for place, thing in enumerate(things):
        sets.setdefault(root(place), []).append(thing)
    yield from (some for some in sets.values() if len(some) > 1)


def _is_doubtful(one: T, other: T) -> bool:
    times = {one.meta.created, other.meta.created}
    return "" in times or len(times) == 1


def _doors(route: VirtualService) -> Iterator[Hashable]:
    """Yield where a VirtualService may meet another: the mesh by host, or a gateway."""
    for name in route.gateways or (MESH,):
        if name != MESH:
            yield resolve_gateway(name, route.meta.namespace)
            continue
        for host in mesh_hosts(route):
            yield (MESH, host)


def _wide_doors(route: VirtualService) -> Iterator[Hashable]:
    """Yield the same where a wildcard may stand beside any host of the mesh."""
    for name in route.gateways or (MESH,):
        yield MESH if name == MESH else resolve_gateway(name, route.meta.namespace)


def _routes_meet(one: VirtualService, other: VirtualService) -> bool:
    return any(
        covers(first, second) or covers(second, first)
        for first in mesh_hosts(one)
        for second in mesh_hosts(other)
    )


def _rule_doors(rule: DestinationRule) -> Iterator[Hashable]:
    yield (rule.meta.namespace, rule_host(rule))


def _rules_meet(one: DestinationRule, other: DestinationRule) -> bool:
    """Whether the order of two rules of one host decides: a name doubled, or exportTo unequal."""
    if one.export_to != other.export_to:
        return True
    labels = {subset.name: subset.labels for subset in one.subsets}
    return any(labels.get(name.name, name.labels) != name.labels for name in other.subsets)


def _entry_is_newest(mesh: Mesh) -> bool:
    """Whether lanes' entries stand last at a gateway only because some age is not known."""
    known = all(one.meta.created for one in mesh.virtual_services) and all(
        group.group.meta.created for group in mesh.groups
    )
    gateways = {group.gateway for group in mesh.groups}
    beside = (
        resolve_gateway(name, one.meta.namespace) in gateways
        for one in mesh.virtual_services
        for name in one.gateways
    )
    return not known and any(beside)


def _entry_first(mesh: Mesh) -> Mesh:
    """Return the mesh with times that make the entries the oldest and change no other order."""
    routes = tuple(
        replace(one, meta=replace(one.meta, created=f"1{place:09}"))
        for place, one in enumerate(mesh.virtual_services)
    )
    groups = tuple(
        replace(one, group=replace(one.group, meta=replace(one.group.meta, created=f"0{place:09}")))
        for place, one in enumerate(mesh.groups)
    )
    return replace(mesh, virtual_services=routes, groups=groups)
