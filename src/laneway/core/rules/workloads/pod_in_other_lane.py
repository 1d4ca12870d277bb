"""LW1513: pods that wear the label of another lane than the one they look like.

A lane lacks a service, and pods of that service are in another lane, though they wear what all pods
of the first lane wear and no others do (`version: v2`, as a rule). Their lane's label was copied.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from laneway.core.findings.codes.workloads import POD_IN_OTHER_LANE
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.membership import lanes_of
from laneway.core.mesh.mesh import Group, GroupLane, Mesh
from laneway.core.mesh.names import Host, LaneName
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.rules.check import Check
from laneway.core.rules.questions.members import part_of, pod_name, pod_place
from laneway.core.rules.questions.words import labels_text, short_host

_Pair = tuple[str, str]


class _Worn(NamedTuple):
    """A pod of a service, and the lanes it is in."""

    host: Host
    pod: Workload
    lanes: frozenset[LaneName]


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find such pods, each once for the lane it looks like."""
    for group in mesh.groups:
        lacking = [(lane, host) for lane in group.lanes for host in lane.declared]
        lacking = [(lane, host) for lane, host in lacking if host in lane.missing]
        worn = _worn(mesh, group) if lacking and not group.held else {}
        marks = _marks(worn)
        for lane, host in lacking if worn else ():
            pairs = [pair for pair in marks.get(lane.name, ()) if _tells(lane, host, worn[pair])]
            for pod in mesh.services[host].workloads if pairs else ():
                pair = next((one for one in pairs if pod.labels.get(one[0]) == one[1]), None)
                its = lanes_of(group, pod.labels)
                if pair and its and _is_second(mesh, group, host, pod):
                    yield _found(lane, host, pod, pair, its[0])


def _worn(mesh: Mesh, group: Group) -> Mapping[_Pair, list[_Worn]]:
    """Return who wears each pair of labels, those that make lanes left out."""
    keys = {key for lane in group.lanes for key, _ in lane.selector}
    found: dict[_Pair, list[_Worn]] = {}
    for host in group.hosts:
        for pod in mesh.services[host].workloads:
            its = frozenset(lane.name for lane in lanes_of(group, pod.labels))
            for pair in pod.labels.items():
                if pair[0] not in keys:
                    found.setdefault(pair, []).append(_Worn(host, pod, its))
    return found


def _marks(worn: Mapping[_Pair, list[_Worn]]) -> Mapping[LaneName, list[_Pair]]:
    """Return the pairs that pods of each lane wear which are in no other: few of all there are."""
    found: dict[LaneName, list[_Pair]] = {}
    for pair, wearers in sorted(worn.items()):
        for only in {one.lanes for one in wearers if len(one.lanes) == 1}:
            found.setdefault(next(iter(only)), []).append(pair)
    return found


def _tells(lane: GroupLane, host: Host, wearers: list[_Worn]) -> bool:
    """Whether all pods of a lane wear a pair everywhere but at a host, and nobody else does."""
    if any(one.lanes != {lane.name} for one in wearers if one.host != host):
        return False
    hosts = {one.host for one in wearers if one.host != host}
    has = {other for other in lane.declared if other != host and other not in lane.missing}
    return bool(hosts) and hosts == has


def _is_second(mesh: Mesh, group: Group, host: Host, pod: Workload) -> bool:
    """Whether a lane of the pod has others at the service, so that it did not wait for this one."""
    its = {lane.name for lane in lanes_of(group, pod.labels)}
    return any(
        other is not pod and its & {lane.name for lane in lanes_of(group, other.labels)}
        for other in mesh.services[host].workloads
    )


def _found(lane: GroupLane, host: Host, pod: Workload, pair: _Pair, other: GroupLane) -> Finding:
    keys = [key for key, _ in lane.selector]
    words = {
        "workload": pod_name(pod),
        "carried": labels_text(part_of(pod.labels, keys)),
        "other": other.name,
        "pair": labels_text((pair,)),
        "lane": lane.name,
        "service": short_host(host),
        "selector": labels_text(lane.selector),
    }
    place = pod_place(pod, "labels", keys[0])
    return finding(POD_IN_OTHER_LANE, place, str(pod.meta.ref), **words)


CHECK = Check.of_mesh(POD_IN_OTHER_LANE, check, of_calls=True)
