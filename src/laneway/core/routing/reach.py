"""Which pods a request may meet, at the first hop and behind it, if every lane keeps its promise.

Comes in: the mesh, the plan and a decision at a gateway. Goes out: workloads. What applications
call is unknown, so a pod may call any service; a caller in a strict lane promises to meet only pods
of that lane, whatever rules or subsets say: where they lead elsewhere the promise is broken, and
nothing that comes after it belongs to the request. Sidecars are taken for granted here, since the
lack of one is a way to break the promise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from laneway.core.mesh.members import meets
from laneway.core.mesh.mesh import Caller, Group, GroupLane, Mesh
from laneway.core.mesh.names import Host, resolve_host
from laneway.core.resources.meta import Ref
from laneway.core.resources.workloads import Workload
from laneway.core.routing.plan import Destination, Forward, Hop, RoutePlan, Rule
from laneway.core.routing.survivors import surviving
from laneway.core.routing.walk import Decision, Sight, find_hop, pods_of


def owner(mesh: Mesh, host: Host) -> Group | None:
    """Return the group that routes a host."""
    return mesh.group(mesh.owner_of.get(host, ""))


def lane_of(mesh: Mesh, destination: Destination) -> GroupLane | None:
    """Return the lane whose pods a destination's subset stands for.

    A subset is named like a lane, or like the value of its only label, the vendor's second name. A
    lane that lacks the service is answered for by another.
    """
    group = owner(mesh, destination.host)
    if group is None or not destination.subset:
        return None
    by_tag = (
        lane
        for lane in group.lanes
        if len(lane.selector) == 1 and lane.selector[0][1] == destination.subset
    )
    named = group.lane(destination.subset)
    if named is None:
        return next(by_tag, None)
    return group.lane(group.resolve(named.name, destination.host))


def lanes_of_rule(mesh: Mesh, rule: Rule) -> tuple[str, ...]:
    """Return the names of the lanes a rule leads into, in the order of its shares."""
    if rule.lane:
        return (rule.lane,)
    shares = rule.action.shares if isinstance(rule.action, Forward) else ()
    found = (share.lane or _lane_name(mesh, share.destination) for share in shares)
    return tuple(dict.fromkeys(name for name in found if name))


def _lane_name(mesh: Mesh, destination: Destination) -> str:
    lane = lane_of(mesh, destination)
    return lane.name if lane else ""


def lanes_of_caller(mesh: Mesh, caller: Caller, host: Host) -> tuple[GroupLane, ...]:
    """Return the lanes that a caller keeps when it calls a host: those that have the service."""
    group = owner(mesh, host)
    if group is None:
        return ()
    labels = dict(caller.labels)
    return tuple(
        lane for lane in group.lanes if host in lane.declared and meets(lane.selector, labels)
    )


def stays(lanes: Iterable[GroupLane], pod: Workload) -> bool:
    """Whether a pod is in one of the lanes; without lanes there is nothing to leave."""
    wanted = tuple(lanes)
    return not wanted or any(meets(lane.selector, pod.labels) for lane in wanted)


def in_lane(mesh: Mesh, destination: Destination, pods: Iterable[Workload]) -> Iterator[Workload]:
    """Yield those pods of a destination that are in the lane its subset stands for."""
    lane = lane_of(mesh, destination)
    return (pod for pod in pods if lane is None or meets(lane.selector, pod.labels))


@dataclass(slots=True)
class Reach:
    """What may be met; callees are looked up once for all callers that nothing tells apart."""

    mesh: Mesh
    plan: RoutePlan
    _asked: frozenset[tuple[str, str]] = frozenset()
    _callees: dict[Caller, tuple[Workload, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._asked = frozenset(_asked_labels(self.mesh, self.plan))

    def of(self, decision: Decision) -> frozenset[Ref]:
        """Return the workloads that requests of a decision at a gateway may meet."""
        waiting = [
            pod
            for target in decision.targets
            for pod in in_lane(self.mesh, target.destination, target.pods)
        ]
        if decision.rule is not None:
            waiting += self._mirrored(decision.rule)
        met: set[Ref] = set()
        while waiting:
            pod = waiting.pop()
            if pod.meta.ref not in met:
                met.add(pod.meta.ref)
                waiting += self._called_by(pod)
        return frozenset(met)

    def _called_by(self, pod: Workload) -> tuple[Workload, ...]:
        full = Caller.of(pod)
        caller = replace(full, labels=tuple(one for one in full.labels if one in self._asked))
        if caller not in self._callees:
            found = {pod.meta.ref: pod for pod in self._calls(caller)}
            self._callees[caller] = tuple(found.values())
        return self._callees[caller]

    def _calls(self, caller: Caller) -> Iterator[Workload]:
        sight = Sight(self.mesh, self.plan, caller.namespace)
        for host in self.mesh.services:
            lanes = lanes_of_caller(self.mesh, caller, host)
            for rule in self._rules(caller, host):
                shares = rule.action.shares if isinstance(rule.action, Forward) else ()
                for share in shares:
                    pods = pods_of(sight, share.destination)
                    yield from (pod for pod in pods if stays(lanes, pod))
                yield from self._mirrored(rule)

    def _rules(self, caller: Caller, host: Host) -> Iterator[Rule]:
        for port in self.mesh.services[host].ports:
            protocols = ("http", "tcp") if port.sniffed else (port.protocol,)
            for protocol in protocols:
                tcp = protocol == "tcp"
                hop = find_hop(self.mesh, self.plan, host, port.number, "tcp" if tcp else "http")
                if hop is not None:
                    yield from surviving(hop, caller)

    def _mirrored(self, rule: Rule) -> Iterator[Workload]:
        """Yield the pods of services that get a copy of a rule's requests."""
        several = rule.policy.get("mirrors")
        blocks = [rule.policy.get("mirror"), *(several if isinstance(several, list) else ())]
        for block in blocks:
            written = block.get("destination", block) if isinstance(block, dict) else {}
            host = written.get("host") if isinstance(written, dict) else None
            if isinstance(host, str):
                service = self.mesh.services.get(resolve_host(host, rule.origin.ref.namespace))
                yield from service.workloads if service else ()


def _asked_labels(mesh: Mesh, plan: RoutePlan) -> Iterator[tuple[str, str]]:
    """Yield every label by which rules or lanes tell callers apart."""
    for group in mesh.groups:
        for lane in group.lanes:
            yield from lane.selector
    for hops in plan.hops.values():
        for first in hops:
            hop: Hop | None = first
            while hop is not None:
                for rule in hop.rules:
                    for match in rule.matches:
                        yield from match.source_labels
                hop = hop.otherwise
