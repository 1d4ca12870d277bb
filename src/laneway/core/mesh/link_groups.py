"""Lane groups with every name resolved: their services, their lanes, and who has what.

Comes in: groups and lanes as written, and the services of the mesh. Goes out: Groups. A service
belongs to the oldest group that names it. It decides which lane has which service, and never where
a request goes; a lane that cannot be one is left out, and a group of which no output would be safe
is held.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.mesh.age import oldest_first
from laneway.core.mesh.membership import pods_of_lane, ready_pods_of_lane
from laneway.core.mesh.mesh import Group, GroupLane, Mesh
from laneway.core.mesh.names import GatewayName, Host, LaneName, service_host
from laneway.core.mesh.not_read import why_held
from laneway.core.mesh.patches import patches_of
from laneway.core.mesh.propagation import propagation_flaw, propagation_of
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.lanes.swim_lanes import Lane, LaneGroup
from laneway.core.resources.matching import is_dns_label

LABEL_VALUE_LENGTH = 63
RUNTIME_FALLBACK_ANNOTATION = "laneway.dev/runtime-fallback"
"""An annotation on a permissive group; `off` keeps requests with lanes whose pods are all down."""


def linked_groups(
    mesh: Mesh, groups: Iterable[LaneGroup], lanes: Iterable[Lane], before: Sequence[Group] = ()
) -> tuple[Group, ...]:
    """Resolve every group, oldest first; of services that it is the first to name.

    `before` are the same groups in the same mesh, with lanes that may be others.
    """
    by_group: dict[str, list[Lane]] = {}
    for lane in lanes:
        by_group.setdefault(lane.group, []).append(lane)
    ordered = oldest_first(groups)
    grounds = [_Ground(mesh, group.hosts, group) for group in before] or _grounds(mesh, ordered)
    return tuple(
        _group(ground, group, oldest_first(by_group.get(group.meta.name, ())))
        for group, ground in zip(ordered, grounds, strict=True)
    )


class _Ground(Struct, frozen=True, dict=True):
    """What a group's lanes are resolved on: its services, and the group and lanes before."""

    mesh: Mesh
    hosts: tuple[Host, ...]
    before: Group | None = None

    @cached_property
    def lanes(self) -> Mapping[str, GroupLane]:
        """The lanes before, by name."""
        return {lane.name: lane for lane in self.before.lanes} if self.before else {}

    @cached_property
    def known_pods(self) -> Mapping[Host, _ByLabel]:
        """The workloads of those hosts of which all are known, by the labels that they wear."""
        services, unknown = self.mesh.services, self.mesh.unknown_pods
        known = ((host, services[host].workloads) for host in self.hosts if host not in unknown)
        return {host: _by_label(pods) for host, pods in known if pods}

    def lane(self, group: LaneGroup, lane: Lane) -> GroupLane:
        """Resolve a lane; one that was there before may have other weights and rules."""
        old = self.lanes.get(lane.meta.name)
        if old is None or (old.selector, old.lane.services) != (lane.selector, lane.services):
            return _lane(group, lane, self.hosts, self.known_pods)
        return old if old.lane is lane else replace(old, lane=lane)


def _grounds(mesh: Mesh, groups: Iterable[LaneGroup]) -> Iterator[_Ground]:
    taken: set[Host] = set()
    for group in groups:
        named = (host for host in _hosts_of(group) if host in mesh.services and host not in taken)
        ground = _Ground(mesh, tuple(named))
        taken.update(ground.hosts)
        yield ground


def _hosts_of(group: LaneGroup) -> list[Host]:
    """Return the hosts a group names, each once, in the order written."""
    named = (service_host(service.name, service.namespace) for service in group.services)
    return list(dict.fromkeys(named))


def _group(ground: _Ground, group: LaneGroup, members: Sequence[Lane]) -> Group:
    usable = [lane for lane in members if _is_usable(lane)]
    names = [LaneName(lane.meta.name) for lane in usable]
    gateway = None
    if group.gateway_type in ("ASM", "") and group.gateway_name:
        gateway = GatewayName(f"{group.gateway_namespace}/{group.gateway_name}")
    propagation = propagation_of(group)
    return Group(
        name=group.meta.name,
        group=group,
        lanes=tuple(ground.lane(group, lane) for lane in usable),
        hosts=ground.hosts,
        gateway=gateway,
        held=tuple(_reasons_to_hold(ground.mesh.snapshot, group, names)),
        excluded=tuple(lane for lane in members if not _is_usable(lane)),
        propagation=propagation,
        baseline=_baseline(group, names),
        service_targets=_service_targets(group, names),
        falls_back=group.is_permissive and _falls_back(group),
        patches=ground.before.patches if ground.before else patches_of(group, propagation),
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
    known_pods: Mapping[Host, _ByLabel],
) -> GroupLane:
    """Resolve a lane; `known_pods` holds the workloads of those hosts of which all are known."""

    def may_be_in(host: Host) -> Sequence[Workload]:
        return min((known_pods[host].get(pair, ()) for pair in lane.selector), key=len)

    named = {service_host(service.name, service.namespace) for service in lane.services}
    limited = group.is_permissive and bool(lane.services)
    declared = tuple(host for host in hosts if host in named) if limited else hosts
    known = (host for host in declared if host in known_pods)
    absent = frozenset(host for host in known if not any(ready_pods_of_lane(lane, may_be_in(host))))
    undeclared = frozenset(hosts).difference(declared) if limited else frozenset()
    return GroupLane(
        LaneName(lane.meta.name),
        lane,
        lane.selector,
        declared,
        absent,
        undeclared,
        missing=frozenset(host for host in absent if not any(pods_of_lane(lane, may_be_in(host)))),
    )


_ByLabel = Mapping[tuple[str, str], Sequence[Workload]]
"""Workloads by label, so that many lanes look at few of them each."""


def _by_label(pods: Iterable[Workload]) -> _ByLabel:
    found: dict[tuple[str, str], list[Workload]] = {}
    for pod in pods:
        for pair in pod.labels.items():
            found.setdefault(pair, []).append(pod)
    return found


def _reasons_to_hold(
    snapshot: Snapshot, group: LaneGroup, names: Sequence[LaneName]
) -> Iterable[str]:
    """Yield why any output of a group would be unsafe."""
    if snapshot.unread:
        yield why_held(snapshot.unread)
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
