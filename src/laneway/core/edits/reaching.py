"""By which ways requests may still come into a lane, as far as the files say.

Comes in: a Mesh, a group and a lane of it. Goes out: each way in words; none means that nothing can
reach the lane. What leads requests in from outside is written in routes and rules; inside the mesh
a lane is entered by callers that wear its labels, and in a permissive group by whoever says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from laneway.core.edits.lane_splits import lane_routes, lane_splits
from laneway.core.mesh.membership import is_in, lane_of_subset, pods_of_lane
from laneway.core.mesh.mesh import Group, GroupLane, Mesh
from laneway.core.mesh.names import resolve_host
from laneway.core.resources.istio.networking import (
    DestinationRule,
    HttpRoute,
    TcpRoute,
    VirtualService,
)
from laneway.core.resources.kubernetes.workloads import ForeignPods

SubsetOf = tuple[str, str]
"""A host, and the name of a subset there."""


def ways_into(mesh: Mesh, group: Group, lane: GroupLane) -> Iterator[str]:
    """Yield the ways, those from outside first."""
    if any(rule.online for rule in lane.rules) and group.group.strategy != "weighted":
        yield "rules of its own lead requests into it"
    for split in lane_splits(mesh):
        if weight := split.weight_of(lane.name):
            yield f"{split.said} gives it {weight} %"
    yield from (f"{one.said} leads to it" for one in lane_routes(mesh) if one.lane == lane.name)
    yield from _by_subsets(mesh, group, lane)
    yield from _by_labels(mesh, group, lane)
    if group.propagation is not None:
        header = group.propagation.route_header
        yield f"the group is permissive, so requests with `{header}: {lane.name}` come into it"


def _by_subsets(mesh: Mesh, group: Group, lane: GroupLane) -> Iterator[str]:
    """Yield users' objects that lead to pods of the lane by a subset, but for splits and routes."""
    pods = set(_subsets(mesh, lane))
    for one in mesh.snapshot.by_kind.get(VirtualService, ()):
        if isinstance(one, VirtualService) and one.meta.ref not in mesh.superseded:
            for host, subset in dict.fromkeys(_asked(one)):
                if (host, subset) in pods:
                    yield f"{one.meta.ref} leads to subset {subset} of {host}, which are its pods"
            for host, subset in dict.fromkeys(_aside(one)):
                named = lane_of_subset(group, subset)
                if host in group.hosts and named is lane:
                    yield f"{one.meta.ref} sends copies or connections to it"


def _subsets(mesh: Mesh, lane: GroupLane) -> Iterator[SubsetOf]:
    """Yield the subsets under names of their own that select pods of the lane alone."""
    for one in mesh.snapshot.by_kind.get(DestinationRule, ()):
        if isinstance(one, DestinationRule) and one.meta.ref not in mesh.superseded:
            host = resolve_host(one.host, one.meta.namespace)
            for subset in one.subsets:
                if subset.name != lane.name and is_in(lane, subset.labels):
                    yield host, subset.name


def _asked(service: VirtualService) -> Iterator[SubsetOf]:
    """Yield what a VirtualService leads to, and may send a request to."""
    routes: tuple[HttpRoute | TcpRoute, ...] = (*service.http, *service.tcp)
    for route in routes:
        for to in route.destinations:
            if to.subset and (to.weight != 0 or len(route.destinations) == 1):
                yield resolve_host(to.host, service.meta.namespace), to.subset
    yield from _aside(service)


def _aside(service: VirtualService) -> Iterator[SubsetOf]:
    """Yield where copies of requests go, and connections that are not looked into."""
    raws = [*(route.policy for route in service.http), *service.tls]
    yield from (
        (resolve_host(host, service.meta.namespace), subset)
        for raw in raws
        for host, subset in _subsets_in(raw)
    )


def _subsets_in(raw: Any) -> Iterator[SubsetOf]:
    if isinstance(raw, dict):
        host, subset = raw.get("host"), raw.get("subset")
        if isinstance(host, str) and isinstance(subset, str):
            yield host, subset
        raw = list(raw.values())
    if isinstance(raw, list | tuple):
        for one in raw:
            yield from _subsets_in(one)


def _by_labels(mesh: Mesh, group: Group, lane: GroupLane) -> Iterator[str]:
    """Yield who calls in the lane by its labels, and answers for no service of the group.

    Those who answer get their requests by the lane; these have work of their own.
    """
    answering = {pod.meta.ref for host in group.hosts for pod in mesh.services[host].workloads}
    for pod in pods_of_lane(lane, mesh.workloads):
        if pod.meta.ref not in answering and pod.replicas:
            yield f"{pod.meta.ref} wears its labels, so what it calls is asked in the lane"
    for one in mesh.snapshot.by_kind.get(ForeignPods, ()):
        if isinstance(one, ForeignPods) and any(is_in(lane, labels) for labels in one.labels):
            yield f"{one.meta.ref} may make pods with its labels, whose calls are asked in the lane"
