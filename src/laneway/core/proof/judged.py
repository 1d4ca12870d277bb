"""What is judged: the objects in the input, or the routes Laneway makes of its lanes.

Comes in: a mesh. Goes out: the mesh as it is to be read and the routes of its proxies. Where
anything in the input routes a host of a lane group in the mesh, the objects of the input are the
whole implementation, also those that were generated, and lanes add nothing to them: what is not
there is missing. Else what Laneway compiles is judged, with the users' own objects beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.findings.place import Source
from laneway.core.mesh.age import last_of_each, oldest_first
from laneway.core.mesh.destination_rules import rule_host
from laneway.core.mesh.hosts import HostIndex
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import GatewayName, Host
from laneway.core.mesh.refused import is_admitted
from laneway.core.mesh.superseded import is_generated
from laneway.core.resources.istio.networking import (
    DestinationRule,
    Gateway,
    GatewayServer,
    VirtualService,
)
from laneway.core.resources.meta import Meta, Ref
from laneway.core.routing.plan.delegates import delegate_of
from laneway.core.routing.plan.gateways import ASSUMED_SELECTOR
from laneway.core.routing.plan.planner import plan
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.routing.plan.service_names import DESTINATION_RULE
from laneway.core.routing.plan.subsets import SeenAlike, as_rules, views
from laneway.core.routing.plan.written import binds_mesh, meets_calls, mesh_hosts

Wish = Literal["auto", "plan", "objects"]
T = TypeVar("T", VirtualService, DestinationRule)


class Judged(Struct, frozen=True):
    """An implementation: its mesh, its routes, and how many objects of the input it consists of.

    `made` are the DestinationRules that Laneway makes, which the mesh then holds beside the user's:
    Istio looks them up by age as well, and how old they are is not known. `routing` says which of
    the user's VirtualServices routes a lane service, where that alone decided what is judged.
    """

    what: Literal["plan", "objects"]
    mesh: Mesh
    plan: RoutePlan
    objects: int
    made: frozenset[Ref] = frozenset()
    routing: Mapping[Host, Ref] = {}


def judged(mesh: Mesh, wish: Wish = "auto") -> Judged:
    """Return what is to be judged of a mesh; `wish` settles what the input leaves open."""
    whole = _with_all_objects(mesh)
    generated = _holds_generated(whole)
    routing = _routing(whole) if wish == "auto" and not generated else {}
    as_objects = wish == "objects" or (wish == "auto" and (generated or bool(routing)))
    seen = whole if as_objects else mesh
    dated = replace(
        seen,
        virtual_services=_by_age(seen.virtual_services),
        destination_rules=_by_age(seen.destination_rules),
    )
    counted = len(dated.virtual_services) + len(dated.destination_rules)
    if as_objects:
        return Judged("objects", dated, _of_objects(dated), counted, routing=routing)
    found = plan(dated)
    made = [
        rule
        for host, subsets in found.lane_subsets.items()
        for rule in as_rules(subsets, DESTINATION_RULE.format(found.names.stems[host]))
    ]
    whole = replace(dated, destination_rules=(*dated.destination_rules, *made))
    return Judged("plan", whole, found, counted, frozenset(rule.meta.ref for rule in made))


def _of_objects(mesh: Mesh) -> RoutePlan:
    """Return the routes of a mesh to which its lanes add nothing."""
    return plan(replace(mesh, groups=(), owner_of={}))


def _by_age(things: Sequence[T]) -> tuple[T, ...]:
    """Put what has a time into order, at the places such things have; Istio takes ties by name.

    https://github.com/istio/istio/blob/master/pilot/pkg/model/config.go
    """

    def age(thing: T) -> tuple[str, str, str]:
        return thing.meta.created, thing.meta.name, thing.meta.namespace

    return put(sorted((one for one in things if one.meta.created), key=age), things)


def put(order: Sequence[T], among: Sequence[T]) -> tuple[T, ...]:
    """Put things into another order at the places they have among others."""
    moved = {id(one) for one in order}
    later = iter(order)
    return tuple(next(later) if id(one) in moved else one for one in among)


def reordered(judged: Judged, mesh: Mesh) -> Judged:
    """Return what is judged with its objects in another order.

    What was made for lanes stays as it is; Istio alone looks it up in the other order.
    """
    if judged.what == "objects":
        return replace(judged, mesh=mesh, plan=_of_objects(mesh))
    rules = mesh.destination_rules
    users = tuple(rule for rule in rules if rule.meta.ref not in judged.made)
    found = plan(replace(mesh, destination_rules=users))
    written = HostIndex(rules, lambda rule: (rule_host(rule),))
    made = judged.plan.lane_subsets
    alike = SeenAlike()
    seen = {host: views(mesh.services[host], None, written.of(host), alike) for host in made}
    found = replace(found, lane_subsets=made, views={**found.views, **seen})
    return replace(judged, mesh=mesh, plan=found)


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
        virtual_services=oldest_first(
            one for one in things if isinstance(one, VirtualService) and is_admitted(one)
        ),
        destination_rules=oldest_first(one for one in things if isinstance(one, DestinationRule)),
        gateways=gateways,
        superseded=(),
    )


def _assumed(name: GatewayName) -> Gateway:
    space, _, short = name.partition("/")
    meta = Meta(Ref("Gateway", space, short), source=Source(""))
    return Gateway(meta, ASSUMED_SELECTOR, (GatewayServer(80, "HTTP", ("*",)),))


def _routing(mesh: Mesh) -> dict[Host, Ref]:
    """Return the hosts of lane groups that anything routes, each with the first that does.

    A DestinationRule of the user's routes nothing, and a VirtualService for a wildcard nothing that
    is named, nor one for connections a service without any: they stand beside what Laneway makes.
    """
    known = {one.meta.ref for one in mesh.virtual_services}
    found: dict[Host, Ref] = {}
    for one in mesh.virtual_services:
        if binds_mesh(one) and not _hands_over(one, known):
            for host in mesh.owner_of.keys() & {*mesh_hosts(one)}:
                if meets_calls(one, mesh.services[host]):
                    found.setdefault(host, one.meta.ref)
    return found


def _holds_generated(mesh: Mesh) -> bool:
    """Whether any object of a mesh was generated for lanes."""
    return any(is_generated(one) for one in mesh.virtual_services) or any(
        is_generated(one) for one in mesh.destination_rules
    )


def _hands_over(author: VirtualService, known: set[Ref]) -> bool:
    """Whether routes are handed to one that is not there: to what Laneway makes of the lanes."""
    handed = (delegate_of(author, route) for route in author.http if route.delegate is not None)
    return any(ref not in known for ref in handed)
