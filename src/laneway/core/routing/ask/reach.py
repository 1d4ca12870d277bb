"""Which pods a request may meet, at the first hop and behind it, if every lane keeps its promise.

Comes in: the mesh, the plan and a decision at a gateway. Goes out: workloads, and in which lanes
requests come to them. What applications call is unknown, so a pod may call any service. A caller in
a strict lane promises to meet only pods of that lane, a permissive request only pods of the lane
that answers for its own, whatever rules or subsets say: where they lead elsewhere the promise is
broken, and what comes after it is not the request's. Sidecars, and programs that pass the lane on,
are taken for granted: the lack of either breaks the promise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.mesh.members import meets
from laneway.core.mesh.membership import is_in, lane_of_subset, lanes_of, owner, pods_of_lane
from laneway.core.mesh.mesh import Caller, Group, GroupLane, Mesh, MeshPort
from laneway.core.mesh.names import Host, LaneName, resolve_host
from laneway.core.mesh.visibility import scope_of
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.meta import Ref
from laneway.core.routing.ask.passing import lane_of_request, written_lane
from laneway.core.routing.ask.request import Request
from laneway.core.routing.ask.walk import Decision, Sight, Target, find_hop, pods_of
from laneway.core.routing.plan.gateways import GATEWAY_NAMESPACE
from laneway.core.routing.plan.leads import mirrored
from laneway.core.routing.plan.route_plan import Destination, Forward, RoutePlan, Rule, Share
from laneway.core.routing.plan.stand_ins import stand_ins
from laneway.core.routing.plan.survivors import surviving
from laneway.core.routing.plan.told_apart import asked_by_anyone

Carried = frozenset[tuple[str, LaneName]]
"""The lanes a request carries: (group, lane), at most one of each permissive group."""

NOTHING: Carried = frozenset()


def lane_of(mesh: Mesh, destination: Destination) -> GroupLane | None:
    """Return the lane whose pods a destination's subset stands for.

    A subset is named like a lane, or like the value of its only label, the vendor's second name. A
    lane that lacks the service is answered for by another.
    """
    group = owner(mesh, destination.host)
    if group is None or not destination.subset:
        return None
    lane = lane_of_subset(group, destination.subset)
    if lane is None or lane.name != destination.subset:
        return lane
    return group.lane(group.resolve(lane.name, destination.host))


def lanes_of_rule(mesh: Mesh, rule: Rule) -> tuple[str, ...]:
    """Return the names of the lanes a rule leads into, in the order of its shares."""
    if rule.lanes:
        return rule.lanes
    shares = rule.action.shares if isinstance(rule.action, Forward) else ()
    found = (lane_of_share(mesh, rule, share) for share in shares)
    return tuple(dict.fromkeys(name for name in found if name))


def lane_of_share(mesh: Mesh, rule: Rule, share: Share) -> str:
    """Return the lane a share leads into: what it says, what it writes, or whose pods it names."""
    lane = lane_of(mesh, share.destination)
    return share.lane or written_lane(mesh, rule, share) or (lane.name if lane else "")


def lanes_of_caller(mesh: Mesh, caller: Caller, host: Host) -> tuple[GroupLane, ...]:
    """Return the lanes that a caller keeps when it calls a host: those that have the service."""
    group = owner(mesh, host)
    if group is None:
        return ()
    return tuple(lane for lane in lanes_of(group, caller.labels) if host in lane.declared)


def carried_by(mesh: Mesh, request: Request) -> Carried:
    """Return the lanes a request carries."""
    found = ((group.name, lane_of_request(group, request)) for group in mesh.groups)
    return frozenset((group, lane) for group, lane in found if lane is not None)


def kept_lanes(group: Group, carried: Carried, caller: Caller) -> tuple[LaneName, ...]:
    """Return the lanes that a call to a permissive group may be in, if all pass the lane on.

    That is what the request carries, else the caller's own lane. A caller in no lane is bound by
    nothing: what it forgets goes on in the baseline.
    """
    own = tuple(lane for name, lane in carried if name == group.name)
    named = tuple(lane.name for lane in lanes_of(group, caller.labels))
    if named or group.baseline is None:
        return own or named[:1]
    return tuple(dict.fromkeys((*own, group.baseline)))


def is_plain(port: MeshPort) -> bool:
    """Whether a port carries bytes that say nothing of a lane, so that who calls decides."""
    return port.protocol == "tcp"


def answering(
    mesh: Mesh, carried: Carried, caller: Caller, host: Host, *, down: bool = False
) -> tuple[GroupLane, ...]:
    """Return the lanes whose pods may answer a caller's request at a host; none if it has none.

    With `down` also those that stand in where all pods of a lane are down.
    """
    group = owner(mesh, host)
    if group is None or group.baseline is None:
        return lanes_of_caller(mesh, caller, host)
    names = [group.resolve(lane, host) for lane in kept_lanes(group, carried, caller)]
    if down:
        names += stand_ins(group, host)
    return tuple(lane for name in names if (lane := group.lane(name)) is not None)


def stays(lanes: Iterable[GroupLane], pod: Workload) -> bool:
    """Whether a pod is in one of the lanes; without lanes there is nothing to leave."""
    wanted = tuple(lanes)
    return not wanted or any(is_in(lane, pod.labels) for lane in wanted)


def in_lane(mesh: Mesh, destination: Destination, pods: Iterable[Workload]) -> Iterator[Workload]:
    """Yield those pods of a destination that are in the lane its subset stands for."""
    lane = lane_of(mesh, destination)
    return iter(pods) if lane is None else pods_of_lane(lane, pods)


_Met = tuple[Workload, Carried]
"""A workload, and what a request that comes to it carries."""


class Reach(Struct):
    """What may be met; callees are looked up once for all callers that nothing tells apart."""

    mesh: Mesh
    plan: RoutePlan
    _asked: frozenset[tuple[str, str]] = frozenset()
    _callees: dict[tuple[Caller, Carried], tuple[_Met, ...]] = {}
    _callers: dict[Ref, Caller] = {}

    def __post_init__(self) -> None:
        self._asked = asked_by_anyone(self.mesh, self.plan)

    def of(self, decision: Decision) -> Mapping[Ref, frozenset[Carried]]:
        """Return the workloads that requests of a decision at a gateway may meet.

        Of each, what the requests that come to it may carry.
        """
        waiting = [
            (pod, carried_by(self.mesh, target.request))
            for target in decision.targets
            for pod in self._first(target)
        ]
        if decision.rule is not None:
            waiting += ((pod, NOTHING) for pod in self._mirrored(decision.rule))
        met: dict[Ref, set[Carried]] = {}
        followed: set[tuple[Caller, Carried]] = set()
        while waiting:
            pod, carried = waiting.pop()
            met.setdefault(pod.meta.ref, set()).add(carried)
            alike = self._caller(pod), carried
            if alike not in followed:
                followed.add(alike)
                waiting += self._called_by(alike)
        return {ref: frozenset(known) for ref, known in met.items()}

    def _caller(self, pod: Workload) -> Caller:
        """Return what tells the calls of a pod apart from those of others."""
        if pod.meta.ref not in self._callers:
            full = Caller.of(pod)
            asked = tuple(one for one in full.labels if one in self._asked)
            self._callers[pod.meta.ref] = replace(full, labels=asked)
        return self._callers[pod.meta.ref]

    def _first(self, target: Target) -> Iterator[Workload]:
        """Yield the pods of a gateway's target, and those that may stand in for them."""
        yield from in_lane(self.mesh, target.destination, target.pods)
        host, subset = target.destination.host, target.destination.subset
        view = self.plan.view(host, Caller(GATEWAY_NAMESPACE, ()))
        others = view.stand_ins.get(subset, ()) if view else ()
        for one in view.subsets if view and others else ():
            if one.name in others:
                pods = self.mesh.services[host].workloads
                yield from (pod for pod in pods if meets(one.labels, pod.labels))

    def _called_by(self, key: tuple[Caller, Carried]) -> tuple[_Met, ...]:
        if key not in self._callees:
            found = {(pod.meta.ref, then): (pod, then) for pod, then in self._calls(*key)}
            self._callees[key] = tuple(found.values())
        return self._callees[key]

    def _calls(self, caller: Caller, carried: Carried) -> Iterator[_Met]:
        for host in self.mesh.services:
            group = owner(self.mesh, host)
            is_told = group is not None and group.baseline is not None
            rules: list[Rule] = []
            if not is_told or any(hop.author for hop in self.plan.hops.get(host, ())):
                found = self._rules(caller, host)
                rules = [rule for rule in found if not (is_told and rule.by)]
            for then in self._ways(caller, carried, host):
                lanes = answering(self.mesh, then, caller, host, down=True)
                if is_told:  # whatever rule decides, these are the pods it is to lead to
                    members = self.mesh.services[host].workloads
                    yield from ((pod, then) for pod in members if stays(lanes, pod))
                for pod in self._led_to(caller, rules):
                    if stays(lanes, pod):
                        yield pod, then
                for rule in rules:
                    yield from ((pod, then) for pod in self._mirrored(rule))

    def _led_to(self, caller: Caller, rules: Iterable[Rule]) -> Iterator[Workload]:
        sight = Sight(self.mesh, self.plan, scope_of(self.mesh, caller))
        for rule in rules:
            shares = rule.action.shares if isinstance(rule.action, Forward) else ()
            for share in shares:
                yield from pods_of(sight, share.destination)

    def _ways(self, caller: Caller, carried: Carried, host: Host) -> Iterator[Carried]:
        """Yield what a call to a host may carry: its proxy writes the lane that it knows it by."""
        group = owner(self.mesh, host)
        if group is None or group.baseline is None:
            yield carried
            return
        others = frozenset(pair for pair in carried if pair[0] != group.name)
        ports = self.mesh.services[host].ports
        plain = kept_lanes(group, NOTHING, caller) if any(map(is_plain, ports)) else ()
        for lane in dict.fromkeys((*kept_lanes(group, carried, caller), *plain)):
            yield others | {(group.name, lane)}

    def _rules(self, caller: Caller, host: Host) -> Iterator[Rule]:
        for port in self.mesh.services[host].ports:
            protocols = ("http", "tcp") if port.sniffed else (port.protocol,)
            for protocol in protocols:
                tcp = protocol == "tcp"
                hop = find_hop(self.mesh, self.plan, host, port.number, "tcp" if tcp else "http")
                if hop is not None:
                    yield from surviving(self.mesh, hop, caller)

    def _mirrored(self, rule: Rule) -> Iterator[Workload]:
        """Yield the pods of services that get a copy of a rule's requests."""
        for copy in mirrored(rule.policy):
            service = self.mesh.services.get(resolve_host(copy["host"], rule.origin.ref.namespace))
            yield from service.workloads if service else ()
