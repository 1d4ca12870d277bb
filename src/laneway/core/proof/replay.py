"""A counter-example is only told if the walk, which knows nothing of proofs, shows it too.

Comes in: a counter-example and the routes it speaks of. Goes out: the decision of the walk. The
decision is judged by its pods and statuses alone. It raises NotReplayedError where the walk shows
no breach: then the proof is wrong, not the input.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from laneway.core.mesh.behind import all_closed
from laneway.core.mesh.members import is_present, meets
from laneway.core.mesh.membership import names_of_lanes, owner, ready_pods_of_lane
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.proof.callers import scope_at
from laneway.core.proof.carrying import carries, loses, named
from laneway.core.proof.copies import copies_of
from laneway.core.proof.verdict import CounterExample, NotReplayedError, Spot, Want
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.routing.ask.walk import (
    Decision,
    Sight,
    Target,
    call,
    connect,
    enter,
    is_known,
    pods_of,
    subset_labels,
)
from laneway.core.routing.plan.route_plan import Destination, RoutePlan


def replay(mesh: Mesh, plan: RoutePlan, against: CounterExample) -> Decision:
    """Let the walk decide a counter-example's request. Raises NotReplayedError."""
    spot = against.spot
    decision = _decided(mesh, plan, against)
    if decision.rule != against.rule and not _alike(decision, against):
        raise NotReplayedError(f"{against.request}: {decision.rule} decides, not {against.rule}")
    if against.broken == "delivered":
        shown = _is_lost(mesh, plan, spot, decision, against.wants)
    else:
        shown = _leaves(mesh, plan, against, decision)
    if not shown:
        raise NotReplayedError(f"{against.broken}: {against.request} at {spot} by {decision.rule}")
    return decision


def _alike(decision: Decision, against: CounterExample) -> bool:
    """Whether both are one rule of an object, held with more or fewer of its matches."""
    if decision.rule is None or against.rule is None:
        return False
    return decision.rule.origin == against.rule.origin


def _decided(mesh: Mesh, plan: RoutePlan, against: CounterExample) -> Decision:
    spot = against.spot
    request = replace(against.request, port=spot.port)
    if spot.gateway is not None:
        return enter(mesh, plan, request, spot.gateway)
    if spot.who is None:
        raise NotReplayedError(f"{spot} has neither a gateway nor a caller")
    if spot.protocol == "tcp":
        return connect(mesh, plan, spot.who.caller, spot.host, spot.port)
    return call(mesh, plan, spot.who.caller, spot.host, request)


def _is_lost(
    mesh: Mesh, plan: RoutePlan, spot: Spot, decision: Decision, wants: Iterable[Want]
) -> bool:
    """Whether a request may get an error although its lane could answer, or nobody ever could."""
    if decision.status in (404, 502, 503):
        return True
    sight = Sight(mesh, plan, scope_at(mesh, spot))
    return any(
        target.status == 503
        and (_never(sight, target.destination) or any(_answering(mesh, one) for one in wants))
        for target in decision.targets
    )


def _never(sight: Sight, to: Destination) -> bool:
    service = sight.mesh.services.get(to.host)
    if service is None or not is_known(sight, to):
        return True
    port, labels = service.port(to.port), subset_labels(sight, to)
    if service.without_pods or port is None or labels is None:
        return True
    pods = [pod for pod in service.workloads if is_present(pod) and meets(labels, pod.labels)]
    return all_closed(pods, port.target)


def _answering(mesh: Mesh, wanted: Want) -> list[Workload]:
    group, service = mesh.group(wanted.group), mesh.services.get(wanted.host)
    lane = group.lane(wanted.answers) if group else None
    if service is None or lane is None:
        return []
    return list(ready_pods_of_lane(lane, service.workloads))


def _leaves(mesh: Mesh, plan: RoutePlan, against: CounterExample, decision: Decision) -> bool:
    """Whether a request, or a copy of it, may meet a pod outside, or go on as another lane's."""
    wants = against.wants
    sight = Sight(mesh, plan, scope_at(mesh, against.spot))
    group = mesh.group(wants[0].group)
    if group is None:
        return False
    kept = list(wants)
    for target in decision.targets:
        kept = [one for one in wants if _stays(sight, group, target, one)]
        if not kept or _misnames(group, against, target, kept):
            return True
    copies = copies_of(mesh, decision.rule, against.spot) if decision.rule else ()
    return any(_copied_out(sight, group, copy, kept) for copy in copies)


def _stays(sight: Sight, group: Group, target: Target, wanted: Want) -> bool:
    to = target.destination
    lane_sets = list(_lane_sets(sight, group, to, target.pods))
    if lane_sets and to.host != wanted.host:
        return False
    return all(lanes == {wanted.answers} for lanes in lane_sets)


def _lane_sets(
    sight: Sight, group: Group, to: Destination, pods: Iterable[Workload]
) -> Iterator[frozenset[str]]:
    """Yield the lanes of each pod; of a service without known pods those its labels mean."""
    service = sight.mesh.services.get(to.host)
    if service is not None and not service.workloads:
        labels = subset_labels(sight, to)
        if labels is not None:
            yield names_of_lanes(group, labels)
    for pod in pods:
        yield names_of_lanes(group, pod.labels)


def _misnames(group: Group, against: CounterExample, target: Target, kept: Iterable[Want]) -> bool:
    propagation = group.propagation
    if propagation is None:
        return False
    lanes = {one.lane for one in kept}
    if against.spot.gateway is not None:
        return not any(carries(propagation, target.request, lane) for lane in lanes)
    known = {lane.name for lane in group.lanes}
    if loses(propagation, against.request, target.request, lanes):
        return True
    return bool(named(propagation, target.request) & known - lanes)


def _copied_out(sight: Sight, group: Group, copy: Destination, kept: Iterable[Want]) -> bool:
    if owner(sight.mesh, copy.host) is not group:
        return False
    lane_sets = set(_lane_sets(sight, group, copy, pods_of(sight, copy)))
    lanes = [lane for lane in group.lanes if any(lane.name == one.lane for one in kept)]
    right = (group.resolve(lane.name, copy.host) for lane in lanes)
    return not any(lane_sets <= {frozenset[str]([name])} for name in right)
