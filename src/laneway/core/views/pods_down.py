"""Pods that cannot answer: why, whose they are, and who answers meanwhile.

Comes in: a mesh, and pods that are down as whoever runs them tells. Goes out: rows of the doctor
for those of lane services and of gateways of lanes. A pod that is only beginning is none of them,
and what follows from it alone is no row either, so that a mesh that starts gives no alarm.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from laneway.core.findings.finding import Level
from laneway.core.findings.line import line_of
from laneway.core.mesh.members import meets
from laneway.core.mesh.membership import lanes_of, owner, pods_of_lane
from laneway.core.mesh.mesh import Group, GroupLane, Mesh
from laneway.core.mesh.names import Host
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.stand_ins import stand_ins
from laneway.core.rules.questions.words import counted, short_host
from laneway.core.views.doctor_rows import View, bare_row, ref_view

_FIX = "Look why its program does not answer; mended, it gets requests again by itself."


class AilingPod(Struct, frozen=True):
    """A pod that cannot answer, and why. `command` shows more, where there is one.

    `workload` is what makes it, by its name in the input; where nobody knows that, its `labels`
    tell. With `begins` it was not ready yet since it was made, and nothing is wrong so far.
    """

    namespace: str
    name: str
    why: str
    command: str = ""
    fix: str = _FIX
    workload: Ref | None = None
    labels: Mapping[str, str] = {}
    begins: bool = False


class _Down(Struct, frozen=True):
    """Pods of a workload that are down for one reason."""

    pods: tuple[AilingPod, ...]
    of: _LaneWorkload


def pods_down_rows(mesh: Mesh, pods: Sequence[AilingPod]) -> Iterator[View]:
    """Yield a row for the pods of a workload that are down for one reason."""
    known = _Workloads(mesh) if pods else None
    found = [(of, one) for one in pods if known is not None and (of := known.of(one)) is not None]
    lacks = _Lacks(mesh, Counter(of.made.meta.ref for of, _ in found))
    alike: dict[tuple[Ref, str], _Down] = {}
    for of, pod in found:
        if not pod.begins:
            key = of.made.meta.ref, pod.why
            before = alike[key].pods if key in alike else ()
            alike[key] = _Down((*before, pod), of)
    for one in alike.values():
        yield lacks.row(one)
    yield from _gateways(mesh, [one for one in pods if not one.begins])


def what_begins(mesh: Mesh, pods: Iterable[AilingPod]) -> frozenset[Ref]:
    """Return the lanes that have nobody at a service only because pods begin there.

    Groups are among them in which that holds of every lane that lacks anybody.
    """
    beginning = [one for one in pods if one.begins]
    if not beginning:
        return frozenset()
    known = _Workloads(mesh)
    refs = {of.made.meta.ref for one in beginning if (of := known.of(one)) is not None}
    found: set[Ref] = set()
    for group in mesh.groups:
        lacking = [lane for lane in group.lanes if lane.absent]
        coming = [
            lane
            for lane in lacking
            if all(_is_coming(mesh, lane, host, refs) for host in lane.absent)
        ]
        found.update(lane.lane.meta.ref for lane in coming)
        if lacking and len(coming) == len(lacking):
            found.add(group.group.meta.ref)
    return frozenset(found)


def _is_coming(mesh: Mesh, lane: GroupLane, host: Host, beginning: Collection[Ref]) -> bool:
    coming = pods_of_lane(lane, mesh.services[host].workloads)
    return any(one.meta.ref in beginning for one in coming)


class _LaneWorkload(Struct, frozen=True):
    """A workload of a lane service, with the first of its services."""

    group: Group
    host: Host
    made: Workload


class _Workloads:
    """The workloads of lane services, by what is known of their pods."""

    def __init__(self, mesh: Mesh) -> None:
        self._by_ref: dict[Ref, _LaneWorkload] = {}
        self._by_labels: dict[Hashable, _LaneWorkload] = {}
        for host in mesh.owner_of:
            group = owner(mesh, host)
            for made in mesh.services[host].workloads if group else ():
                if group is not None and made.meta.ref not in self._by_ref:
                    of = self._by_ref[made.meta.ref] = _LaneWorkload(group, host, made)
                    self._by_labels.setdefault(_worn(made.namespace, made.labels), of)

    def of(self, pod: AilingPod) -> _LaneWorkload | None:
        """Return the workload of a pod; one that was read by itself is known by its labels."""
        if pod.workload is not None:
            return self._by_ref.get(pod.workload)
        return self._by_labels.get(_worn(pod.namespace, pod.labels))


def _worn(namespace: str, labels: Mapping[str, str]) -> Hashable:
    return namespace, frozenset(labels.items())


class _Lacks(Struct):
    """What lanes lack while pods are down; `down` counts these by their workload."""

    mesh: Mesh
    down: Counter[Ref]

    def row(self, one: _Down) -> View:
        """Return the row of pods that are down."""
        made, first = one.of.made, one.pods[0]
        lanes = lanes_of(one.of.group, made.labels)
        level, who = self._meanwhile(one.of.group, one.of.host, lanes)
        of = f" of {counted('lane', [lane.name for lane in lanes])}" if lanes else ""
        said = f"pod {first.namespace}/{first.name}{of} does not answer"
        if len(one.pods) > 1:
            all_of = f"{made.replicas} pods of {made.namespace}/{made.meta.name}"
            said = f"{len(one.pods)} of {all_of}{of} do not answer"
        row = bare_row(level, f"{said}: {first.why}", first.fix, first.command, ("no-response",))
        return row | {"why": who, "object": ref_view(made.meta.ref), "place": _place(made)}

    def _meanwhile(self, group: Group, host: Host, lanes: Iterable[GroupLane]) -> tuple[Level, str]:
        """Say who answers for a lane at a service."""
        for lane in lanes:
            if self._answers(lane, host):
                continue
            others = [
                name
                for name in stand_ins(group, host)
                if name != lane.name and (found := group.lane(name)) and self._answers(found, host)
            ]
            service = short_host(host)
            if not others:
                lacks = f"Lane {lane.name} has no other pod of {service}"
                return "error", f"{lacks}: what it sends there gets 503."
            words = f"Lane {others[0]} answers for lane {lane.name} at {service} meanwhile."
            return "warning", words
        return "warning", f"Other pods of {short_host(host)} answer meanwhile."

    def _answers(self, lane: GroupLane, host: Host) -> bool:
        pods = pods_of_lane(lane, self.mesh.services[host].workloads)
        return any(self._ready(one) > 0 for one in pods)

    def _ready(self, pod: Workload) -> int:
        return pod.replicas - self.down[pod.meta.ref] if pod.ready is None else pod.ready


def _place(made: Workload) -> View:
    place = made.meta.place("metadata", "name")
    found: View = {"file": place.source.path}
    return found | {"line": line_of(place)} if place.source.text else found


def _gateways(mesh: Mesh, pods: Iterable[AilingPod]) -> Iterator[View]:
    """Yield rows of pods of the gateways by which lanes are entered."""
    wanted = [
        (group.gateway, gateway.selector)
        for group in mesh.groups
        if group.gateway and (gateway := mesh.gateways.get(group.gateway)) and gateway.selector
    ]
    for pod in pods:
        for name, selector in dict(wanted).items():
            if pod.labels and meets(selector, pod.labels):
                cause = (
                    f"pod {pod.namespace}/{pod.name} of gateway {name} does not answer: {pod.why}"
                )
                row = bare_row("error", cause, pod.fix, pod.command, ("no-response",))
                yield row | {"object": ref_view(Ref("Pod", pod.namespace, pod.name))}
