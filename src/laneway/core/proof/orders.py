"""The orders of age that nothing in the input rules out.

Comes in: an implementation. Goes out: the same with its objects in every other order they may
have in a cluster. Istio lets the older of two objects win, files seldom say which that is, and so a
proof has to hold in each order. Objects that do not meet keep their place, and so do those whose
times are known. A route and the subset that it leads to may both be in doubt, so VirtualServices
are reordered together with the DestinationRules of their destinations. More orders than a few are
not tried: `too_many` names the objects.
https://istio.io/latest/docs/ops/best-practices/traffic-management/#split-virtual-services
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice, product
from math import prod
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.mesh.destination_rules import exports, rule_host, selects
from laneway.core.mesh.hosts import covers
from laneway.core.mesh.mesh import Caller, Mesh
from laneway.core.mesh.names import resolve_gateway, resolve_host
from laneway.core.proof.judged import Judged, put, reordered
from laneway.core.proof.verdict import Doubt
from laneway.core.resources.istio.networking import DestinationRule, VirtualService
from laneway.core.resources.matching import Labels
from laneway.core.routing.plan.gateways import GATEWAY_NAMESPACE
from laneway.core.routing.plan.written import MESH, binds_mesh, mesh_hosts

MOST_ORDERS = 24

T = TypeVar("T", VirtualService, DestinationRule)
Things = tuple[VirtualService, ...] | tuple[DestinationRule, ...]


class Tied(Struct, frozen=True):
    """Objects whose order of age decides something and is not known."""

    things: Things

    def __str__(self) -> str:
        """Name them."""
        names = ", ".join(f"{one.meta.namespace}/{one.meta.name}" for one in self.things)
        return f"{self.things[0].meta.ref.kind}s {names}"

    @property
    def others(self) -> list[Things]:
        """Return the other orders they may have; of very many only some."""
        known = tuple(one for one in self.things if one.meta.created)
        # Istio orders by creationTimestamp, and by name where two are equal
        # https://istio.io/latest/docs/ops/best-practices/traffic-management/#split-virtual-services
        unknown = [one for one in self.things if not one.meta.created]
        orders = islice(_orders(known, unknown), MOST_ORDERS + 1)
        return [order for order in orders if list(map(id, order)) != list(map(id, self.things))]


def _orders(known: tuple[Any, ...], unknown: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    """Yield every order in which what is known keeps its own."""
    if not unknown:
        yield known
        return
    for at in range(len(known) + 1):
        yield from _orders((*known[:at], unknown[0], *known[at:]), unknown[1:])


def tied(judged: Judged) -> list[Tied]:
    """Return every set of objects that meet and whose age does not tell them apart."""
    routes = judged.mesh.virtual_services
    rules = judged.mesh.destination_rules
    speaking = (one for one in routes if binds_mesh(one))
    wide = any(host.startswith("*") for one in speaking for host in mesh_hosts(one))
    points = _meeting_points if not wide else _wide_meeting_points
    found = [Tied(tuple(some)) for some in _meeting(routes, points, _routes_meet)]
    return found + [
        Tied(tuple(some))
        for some in _meeting(rules, _rule_meeting_points, partial(_rules_meet, judged.mesh))
    ]


def together(found: Sequence[Tied]) -> Iterator[tuple[Tied, ...]]:
    """Yield what is reordered at once: each set alone, and routes with rules they lead to."""
    for one in found:
        yield (one,)
        yield from ((one, other) for other in found if _leads_to(one, other))


def too_many(found: Sequence[Tied]) -> Iterator[Doubt]:
    """Yield the sets of which not every order is tried."""
    for some in together(found):
        if _count(some) > MOST_ORDERS:
            place = some[0].things[0].meta.place("metadata", "name")
            names = " and of ".join(map(str, some))
            yield Doubt(f"the order of age of {names} is not known", place)


def _count(some: Sequence[Tied]) -> int:
    return prod(len(one.others) + 1 for one in some)


def other_orders(judged: Judged, found: Sequence[Tied]) -> Iterator[tuple[str, Judged]]:
    """Yield the implementation in every other order, with words that say which."""
    for some in together(found):
        if _count(some) <= MOST_ORDERS:
            for orders in product(*(one.others for one in some)):
                said = f"if the order of {' and of '.join(map(_said, orders))}"
                yield said, reordered(judged, _reordered(judged.mesh, orders))
    if judged.what == "plan" and _entry_is_newest(judged.mesh):
        said = "if lanes' entries are older than the VirtualServices beside them"
        yield said, reordered(judged, _entry_first(judged.mesh))


def _reordered(mesh: Mesh, orders: Iterable[Things]) -> Mesh:
    moved = [thing for order in orders for thing in order]
    routes = [one for one in moved if isinstance(one, VirtualService)]
    rules = [one for one in moved if isinstance(one, DestinationRule)]
    return replace(
        mesh,
        virtual_services=put(routes, mesh.virtual_services),
        destination_rules=put(rules, mesh.destination_rules),
    )


def _said(order: Things) -> str:
    names = " before ".join(f"{thing.meta.namespace}/{thing.meta.name}" for thing in order)
    return f"{order[0].meta.ref.kind}s is {names}"


def _leads_to(routes: Tied, rules: Tied) -> bool:
    """Whether VirtualServices may send to the host of DestinationRules, as far as that is plain."""
    hosts = {rule_host(one) for one in rules.things if isinstance(one, DestinationRule)}
    return any(
        to is None or covers(host, resolve_host(to, one.meta.namespace))
        for one in routes.things
        if isinstance(one, VirtualService)
        for to in _led_to(one)
        for host in hosts
    )


def _led_to(author: VirtualService) -> Iterator[str | None]:
    """Yield the hosts that routes name; None where they hand over, or send copies."""
    for tcp in author.tcp:
        yield from (to.host for to in tcp.destinations)
    for route in author.http:
        yield from (to.host for to in route.destinations)
        if route.delegate is not None or not route.policy.keys().isdisjoint(("mirror", "mirrors")):
            yield None


def _meeting(
    things: Sequence[T], points: Callable[[T], Iterator[Hashable]], meet: Callable[[T, T], bool]
) -> Iterator[list[T]]:
    """Yield sets of two or more things that meet, directly or through others, in doubtful order."""
    behind: dict[Hashable, list[int]] = {}
    for place, thing in enumerate(things):
        for point in points(thing):
            behind.setdefault(point, []).append(place)
    linked = list(range(len(things)))

    def root(place: int) -> int:
        while linked[place] != place:
            place = linked[place]
        return place

    for places in behind.values():
        for at, one in enumerate(places):
            for other in places[at + 1 :]:
                if _is_doubtful(things[one], things[other]) and meet(things[one], things[other]):
                    # who meets whom through others is one set: the order of all of it decides
                    linked[max(root(one), root(other))] = min(root(one), root(other))
    sets: dict[int, list[T]] = {}
    for place, thing in enumerate(things):
        sets.setdefault(root(place), []).append(thing)
    yield from (some for some in sets.values() if len(some) > 1)


def _is_doubtful(one: T, other: T) -> bool:
    """Whether it is not known which is older; of one time Istio takes them by name."""
    return not one.meta.created or not other.meta.created


def _meeting_points(route: VirtualService) -> Iterator[Hashable]:
    """Yield where a VirtualService may meet another: the mesh by host, or a gateway."""
    for name in route.gateways or (MESH,):
        if name != MESH:
            yield resolve_gateway(name, route.meta.namespace)
            continue
        for host in mesh_hosts(route):
            yield (MESH, host)


def _wide_meeting_points(route: VirtualService) -> Iterator[Hashable]:
    """Yield the same where a wildcard may stand beside any host of the mesh."""
    for name in route.gateways or (MESH,):
        yield MESH if name == MESH else resolve_gateway(name, route.meta.namespace)


def _routes_meet(one: VirtualService, other: VirtualService) -> bool:
    return any(
        covers(first, second) or covers(second, first)
        for first in mesh_hosts(one)
        for second in mesh_hosts(other)
    )


def _rule_meeting_points(rule: DestinationRule) -> Iterator[Hashable]:
    yield (rule.meta.namespace, rule_host(rule))


def _rules_meet(mesh: Mesh, one: DestinationRule, other: DestinationRule) -> bool:
    """Whether the order of two rules of one host decides: a name doubled, or exportTo unequal.

    Rules that select callers stand before those for everybody, whatever their age; of two of them
    the order decides for pods that both select.
    """
    labels = {subset.name: subset.labels for subset in one.subsets}
    first, second = one.workload_selector, other.workload_selector
    if first != second:
        alike = labels == {subset.name: subset.labels for subset in other.subsets}
        if first is None or second is None or alike:
            return False
        return _may_carry(mesh, one.meta.namespace, first, second)
    if exports(one) != exports(other):
        return True
    return any(labels.get(name.name, name.labels) != name.labels for name in other.subsets)


def _may_carry(mesh: Mesh, namespace: str, one: Labels, other: Labels) -> bool:
    """Whether some pod of a namespace may carry both sets of labels, as far as pods are known."""
    both = tuple((dict(one) | dict(other)).items())
    if not selects(one, Caller(namespace, both)):
        return False
    near = (Caller.of(pod) for pod in mesh.workloads if pod.namespace == namespace)
    unknown = not mesh.workloads or namespace == GATEWAY_NAMESPACE
    return unknown or any(selects(both, caller) for caller in near)


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
