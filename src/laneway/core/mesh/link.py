"""Snapshot -> Mesh: every name resolved, what is missing kept as a value.

Comes in: all resources in the order of their place. Goes out: the Mesh, in which users'
objects are told from those that Laneway made, services have their pods, and groups (see
`link_groups`) their lanes. It decides what belongs to what, and never where a request goes. It
refuses nothing: what cannot be used is excluded or held, and the rules say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import is_
from typing import TypeVar

from msgspec.structs import replace

from laneway.core.mesh.age import oldest_first, oldest_in_istio
from laneway.core.mesh.behind import Known
from laneway.core.mesh.link_groups import linked_groups
from laneway.core.mesh.members import fold, index_by_label, selected
from laneway.core.mesh.mesh import Mesh, MeshService
from laneway.core.mesh.names import GatewayName, Host, service_host
from laneway.core.mesh.ports import mesh_ports
from laneway.core.mesh.refused import refusals
from laneway.core.mesh.snapshot import Resource, Snapshot
from laneway.core.mesh.superseded import Generated, is_generated
from laneway.core.mesh.unknown_pods import services_of, unknown_pods
from laneway.core.resources.istio.networking import (
    DestinationRule,
    Gateway,
    ServiceEntry,
    Sidecar,
    TrafficLabel,
    VirtualService,
)
from laneway.core.resources.istio.security import (
    AuthorizationPolicy,
    PeerAuthentication,
    RequestAuthentication,
)
from laneway.core.resources.kubernetes.gateway_api import ApiRoute
from laneway.core.resources.kubernetes.workloads import (
    EndpointSlice,
    ForeignPods,
    Namespace,
    Service,
    Workload,
)
from laneway.core.resources.lanes.swim_lanes import Lane, LaneGroup
from laneway.core.resources.lanes.tagging import HashTagging, HeaderPropagation
from laneway.core.resources.meta import Ref

T = TypeVar("T")


def link(snapshot: Snapshot, before: Mesh | None = None) -> Mesh:
    """Resolve every name of a snapshot; what is as it was in `before` is kept."""
    edited = _edited(snapshot, before.snapshot) if before else frozenset()
    kept = before if edited <= {Lane, LaneGroup} else None
    mesh = replace(kept, snapshot=snapshot) if kept else _without_lanes(snapshot, before)
    if LaneGroup in edited:
        kept = None  # a service may belong to another group
    lanes, written = _of(snapshot.by_kind, Lane), _of(snapshot.by_kind, LaneGroup)
    groups = linked_groups(mesh, written, lanes, kept.groups if kept else ())
    hosts = ((host, group.name) for group in groups for host in group.hosts)
    owner_of = kept.owner_of if kept else dict(hosts)
    names = {group.name for group in groups}
    strays = tuple(lane for lane in lanes if lane.group not in names)
    return replace(mesh, groups=groups, stray_lanes=strays, owner_of=owner_of)


Kinds = Mapping[type, Sequence[Resource]]


def _edited(now: Snapshot, before: Snapshot) -> frozenset[type]:
    """Return the kinds of which both do not hold the very same objects.

    `object` stands for all, where other things are in the input of which nothing is read.
    """
    kinds = now.by_kind.keys() | before.by_kind.keys()
    if (now.other_kinds, now.not_read) != (before.other_kinds, before.not_read):
        return frozenset({object})
    if (now.settings, now.packages) != (before.settings, before.packages):
        return frozenset({object})
    held = ((kind, now.by_kind.get(kind, ()), before.by_kind.get(kind, ())) for kind in kinds)
    return frozenset(kind for kind, some, others in held if not _are_same(some, others))


def _are_same(some: Sequence[Resource], others: Sequence[Resource]) -> bool:
    return some is others or (len(some) == len(others) and all(map(is_, some, others)))


def _without_lanes(snapshot: Snapshot, before: Mesh | None) -> Mesh:
    """Resolve all but groups and lanes."""
    things = snapshot.by_kind
    routes, rules = _of(things, VirtualService), _of(things, DestinationRule)
    carriers: list[TrafficLabel | HeaderPropagation]
    carriers = [*_of(things, TrafficLabel), *_of(things, HeaderPropagation)]
    written: list[Generated] = [*routes, *rules, *carriers]
    superseded = {thing.meta.ref for thing in written if is_generated(thing)}
    gateways = oldest_first(_of(things, Gateway))
    judged: list[VirtualService | Gateway] = [*routes, *gateways]
    refused = [flaw for thing in judged for flaw in refusals(thing)]
    lost = {flaw.meta.ref for flaw in refused}
    slices, entries = _of(things, EndpointSlice), _of(things, ServiceEntry)
    folded = fold(_of(things, Workload), slices)
    workloads = tuple(one for one in folded if one.borrowed is None)
    written_services = _of(things, Service)
    written_services += services_of(entries, written_services)
    unknown = unknown_pods(written_services, folded, _of(things, ForeignPods), entries)
    makers = (one.kind for one in snapshot.not_read if one.kind == "Pod")
    known = Known.of(workloads, slices, unknown, {*makers, *snapshot.other_kinds})
    services = _services(written_services, workloads, known, before)
    return Mesh(
        snapshot=snapshot,
        services=services,
        workloads=workloads,
        unknown_pods=unknown,
        service_entries=tuple(entries),
        gateways={
            GatewayName(f"{one.meta.namespace}/{one.meta.name}"): (
                replace(one, servers=()) if one.meta.ref in lost else one
            )
            for one in gateways
        },
        virtual_services=oldest_in_istio(_users(routes, superseded | lost)),
        destination_rules=oldest_in_istio(_users(rules, superseded)),
        api_routes=tuple(_of(things, ApiRoute)),
        sidecars=tuple(_of(things, Sidecar)),
        access_policies=oldest_first(_of(things, AuthorizationPolicy)),
        peer_policies=oldest_first(_of(things, PeerAuthentication)),
        token_policies=oldest_first(_of(things, RequestAuthentication)),
        taggings=oldest_first(_of(things, HashTagging)),
        carriers=tuple(_users(carriers, superseded)),
        namespaces={space.meta.name: space for space in _of(things, Namespace)},
        superseded=tuple(sorted(superseded)),
        refused=tuple(refused),
    )


def _of(things: Kinds, kind: type[T]) -> list[T]:
    return [thing for thing in things.get(kind, ()) if isinstance(thing, kind)]


M = TypeVar("M", VirtualService, DestinationRule, TrafficLabel | HeaderPropagation)


def _users(things: Iterable[M], superseded: set[Ref]) -> list[M]:
    return [thing for thing in things if thing.meta.ref not in superseded]


def _services(
    services: Sequence[Service], workloads: Sequence[Workload], known: Known, before: Mesh | None
) -> Mapping[Host, MeshService]:
    kept = before.services if before else {}
    if before and before.workloads == workloads and _are_those_of(kept, services, known):
        return kept
    by_label = index_by_label(workloads)
    found = {}
    for service in services:
        host = service_host(service.meta.name, service.meta.namespace)
        members = selected(service.selector, service.meta.namespace, by_label)
        without_pods = known.is_without_pods(service, members)
        old = kept.get(host)
        its_pods = (members, without_pods)
        if old and old.service is service and (old.workloads, old.without_pods) == its_pods:
            found[host] = old
            continue
        headless = service.cluster_ip == "None"
        ports = mesh_ports(service)
        found[host] = MeshService(host, service, ports, members, headless, without_pods)
    return found


def _are_those_of(
    kept: Mapping[Host, MeshService], services: Sequence[Service], known: Known
) -> bool:
    """Whether these are the very Services that were kept, in one order, with the same pods."""
    if len(kept) != len(services):
        return False
    return all(
        old.service is new and old.without_pods == known.is_without_pods(new, old.workloads)
        for old, new in zip(kept.values(), services, strict=True)
    )
