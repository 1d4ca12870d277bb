"""Snapshot -> Mesh: every name resolved, what is missing kept as a value.

Comes in: all resources in the order of their place. Goes out: groups, lanes, services and members.
It decides which lane and which group something belongs to, and never where a request goes. It
refuses nothing: what cannot be used is excluded or held, and the rules say so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from laneway.core.mesh.age import last_of_each, oldest_first
from laneway.core.mesh.behind import Known
from laneway.core.mesh.members import fold, index_by_label, is_present, meets, selected
from laneway.core.mesh.mesh import Group, GroupLane, Mesh, MeshService
from laneway.core.mesh.names import GatewayName, Host, LaneName, service_host
from laneway.core.mesh.patches import patches_of
from laneway.core.mesh.ports import mesh_ports
from laneway.core.mesh.propagation import propagation_flaw, propagation_of
from laneway.core.mesh.refused import refusals
from laneway.core.mesh.snapshot import Resource, Snapshot
from laneway.core.mesh.superseded import Generated, is_generated
from laneway.core.mesh.unknown_pods import Unknown, services_of, unknown_pods
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

_DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
LABEL_VALUE_LENGTH = 63
RUNTIME_FALLBACK_ANNOTATION = "laneway.dev/runtime-fallback"
"""An annotation on a permissive group; `off` keeps requests with lanes whose pods are all down."""

T = TypeVar("T")


def is_dns_label(name: str) -> bool:
    """Whether a name is a DNS-1123 label, which Istio demands of a subset's name.

    >>> is_dns_label("s1"), is_dns_label("S1"), is_dns_label("a.b")
    (True, False, False)
    """
    return _DNS_LABEL.fullmatch(name) is not None


def link(snapshot: Snapshot, before: Mesh | None = None) -> Mesh:
    """Resolve every name of a snapshot; services that are as they were in `before` are kept."""
    things = _by_kind(last_of_each(snapshot.resources))
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
    known = Known.of(workloads, slices, unknown, snapshot.other_kinds)
    services = _services(written_services, workloads, known, before)
    lanes = _of(things, Lane)
    groups = _groups(snapshot, _of(things, LaneGroup), lanes, services, unknown)
    names = {group.name for group in groups}
    return Mesh(
        snapshot=snapshot,
        groups=groups,
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
        virtual_services=oldest_first(_users(routes, superseded | lost)),
        destination_rules=oldest_first(_users(rules, superseded)),
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
        stray_lanes=tuple(lane for lane in lanes if lane.group not in names),
        owner_of={host: group.name for group in groups for host in group.hosts},
    )


Kinds = Mapping[type, Sequence[Resource]]


def _by_kind(things: Iterable[Resource]) -> Kinds:
    found: dict[type, list[Resource]] = {}
    for thing in things:
        found.setdefault(type(thing), []).append(thing)
    return found


def _of(things: Kinds, kind: type[T]) -> list[T]:
    return [thing for thing in things.get(kind, ()) if isinstance(thing, kind)]


M = TypeVar("M", VirtualService, DestinationRule, TrafficLabel | HeaderPropagation)


def _users(things: Iterable[M], superseded: set[Ref]) -> list[M]:
    return [thing for thing in things if thing.meta.ref not in superseded]


def _services(
    services: Sequence[Service],
    workloads: Sequence[Workload],
    known: Known,
    before: Mesh | None,
) -> Mapping[Host, MeshService]:
    kept = before.services if before else {}
    if before and before.workloads == workloads and _are_those_of(kept, services, known):
        return kept
    by_label = index_by_label(workloads)
    found = {}
    for service in services:
        host = service_host(service.meta.name, service.meta.namespace)
        members = selected(service.selector, service.meta.namespace, by_label)
        headless, deserted = service.cluster_ip == "None", known.is_deserted(service, members)
        old = kept.get(host)
        peopled = (members, deserted)
        if old and old.service is service and (old.workloads, old.deserted) == peopled:
            found[host] = old
            continue
        found[host] = MeshService(host, service, mesh_ports(service), members, headless, deserted)
    return found


def _are_those_of(
    kept: Mapping[Host, MeshService], services: Sequence[Service], known: Known
) -> bool:
    """Whether these are the very Services that were kept, in the same order, and as peopled."""
    if len(kept) != len(services):
        return False
    return all(
        old.service is new and old.deserted == known.is_deserted(new, old.workloads)
        for old, new in zip(kept.values(), services, strict=True)
    )


def _groups(
    snapshot: Snapshot,
    groups: Iterable[LaneGroup],
    lanes: Sequence[Lane],
    services: Mapping[Host, MeshService],
    unknown: Unknown,
) -> tuple[Group, ...]:
    by_group: dict[str, list[Lane]] = {}
    for lane in lanes:
        by_group.setdefault(lane.group, []).append(lane)
    taken: set[Host] = set()
    linked = []
    for group in oldest_first(groups):
        hosts = tuple(host for host in _hosts_of(group) if host in services and host not in taken)
        taken.update(hosts)
        members = oldest_first(by_group.get(group.meta.name, ()))
        peopled = {
            host: found
            for host in hosts
            if (found := services[host].workloads) and host not in unknown
        }
        linked.append(_group(snapshot, group, members, hosts, peopled))
    return tuple(linked)


def _hosts_of(group: LaneGroup) -> list[Host]:
    """Return the hosts a group names, each once, in the order written."""
    named = (service_host(service.name, service.namespace) for service in group.services)
    return list(dict.fromkeys(named))


def _group(
    snapshot: Snapshot,
    group: LaneGroup,
    members: Sequence[Lane],
    hosts: tuple[Host, ...],
    peopled: Mapping[Host, tuple[Workload, ...]],
) -> Group:
    usable = [lane for lane in members if _is_usable(lane)]
    names = [LaneName(lane.meta.name) for lane in usable]
    gateway = None
    if group.gateway_type in ("ASM", "") and group.gateway_name:
        gateway = GatewayName(f"{group.gateway_namespace}/{group.gateway_name}")
    propagation = propagation_of(group)
    return Group(
        name=group.meta.name,
        group=group,
        lanes=tuple(_lane(group, lane, hosts, peopled) for lane in usable),
        hosts=hosts,
        gateway=gateway,
        held=tuple(_reasons_to_hold(snapshot, group, names)),
        excluded=tuple(lane for lane in members if not _is_usable(lane)),
        propagation=propagation,
        baseline=_baseline(group, names),
        service_targets=_service_targets(group, names),
        falls_back=group.is_permissive and _falls_back(group),
        patches=patches_of(group, propagation),
    )


def _baseline(group: LaneGroup, names: Sequence[LaneName]) -> LaneName | None:
    """Return the lane a permissive group names, or its oldest one where it names none."""
    if not group.is_permissive:
        return None
    target = group.permissive.fallback_target if group.permissive else ""
    return next((name for name in names if not target or name == target), None)


def _service_targets(group: LaneGroup, names: Sequence[LaneName]) -> Mapping[Host, LaneName]:
    """Return the lanes that stand in at single services; what names nothing known is left out."""
    if not group.is_permissive or group.permissive is None:
        return {}
    found = {}
    for key, lane in group.permissive.service_level_fallback_target.items():
        space, slash, name = key.partition("/")
        if slash and lane in names:
            found[service_host(name, space)] = LaneName(lane)
    return found


def _falls_back(group: LaneGroup) -> bool:
    return group.meta.annotations.get(RUNTIME_FALLBACK_ANNOTATION, "on") != "off"


def _is_usable(lane: Lane) -> bool:
    return is_dns_label(lane.meta.name) and bool(lane.selector)


def _lane(
    group: LaneGroup,
    lane: Lane,
    hosts: tuple[Host, ...],
    peopled: Mapping[Host, tuple[Workload, ...]],
) -> GroupLane:
    """Resolve a lane; `peopled` holds the workloads of those hosts of which all are known."""
    named = {service_host(service.name, service.namespace) for service in lane.services}
    limited = group.is_permissive and bool(lane.services)
    declared = tuple(host for host in hosts if host in named) if limited else hosts
    empty = (host for host, members in peopled.items() if not _is_in(lane, members))
    absent = frozenset(declared).intersection(empty) if peopled else frozenset()
    undeclared = frozenset(hosts).difference(declared) if limited else frozenset()
    return GroupLane(
        LaneName(lane.meta.name),
        lane,
        lane.selector,
        declared,
        absent,
        undeclared,
        missing=frozenset(host for host in absent if not any(_own(lane, peopled[host]))),
    )


def _is_in(lane: Lane, workloads: Iterable[Workload]) -> bool:
    return any(is_present(one) for one in _own(lane, workloads))


def _own(lane: Lane, workloads: Iterable[Workload]) -> Iterator[Workload]:
    return (one for one in workloads if meets(lane.selector, one.labels))


def _reasons_to_hold(
    snapshot: Snapshot, group: LaneGroup, names: Sequence[LaneName]
) -> Iterable[str]:
    """Yield why any output of a group would be unsafe."""
    if snapshot.unread:
        yield f"{', '.join(snapshot.unread)} could not be read, and what it contains is unknown"
    if len(group.meta.name) > LABEL_VALUE_LENGTH:
        yield f"the name has {len(group.meta.name)} characters and cannot be a label value"
    for field in group.misspelled:
        yield f"{field} is no field of it"
    if not group.strategy_known:
        yield "the ingressRoutingStrategy is unknown"
    if not group.mode_known:
        yield "isPermissive is neither true nor false, so the mode is unknown"
    if group.is_permissive:
        if flaw := propagation_flaw(group):
            yield flaw
        target = group.permissive.fallback_target if group.permissive else ""
        if target and target not in names:
            yield f"the fallbackTarget {target} is no lane of the group"
