"""Requests that left what they were promised, as findings.

Comes in: a probe's scene. Goes out: a finding for each call that led out, by what led it: a pod
without a sidecar, a program that does not pass on a permissive lane, a subset with the labels of
other pods, a rule of the user's, or a program that dials pods itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from laneway.core.emit.envoy.cluster_names import destination_of
from laneway.core.findings.codes import verifying
from laneway.core.findings.finding import Finding, unplaced
from laneway.core.judging.losing import code_of, example_text, loss
from laneway.core.judging.passages import needy, needy_now, passages
from laneway.core.judging.scene import Scene
from laneway.core.judging.trail import Crossing
from laneway.core.judging.wording import lack_text, number
from laneway.core.mesh.destination_rules import rule_host
from laneway.core.mesh.membership import is_in
from laneway.core.mesh.mesh import GroupLane
from laneway.core.mesh.names import Host
from laneway.core.resources.meta import Ref
from laneway.core.routing.ask.reach import lane_of, lanes_of_caller
from laneway.core.routing.plan.route_plan import Destination
from laneway.core.routing.plan.rule_names import RuleNames
from laneway.core.rules.questions.words import counted, labels_text, listing, short_host


def leaks(scene: Scene, example: str = "") -> Iterator[Finding]:
    """Yield what led requests out of their promise, each thing once.

    `example` says the request.
    """
    harmful = list(_losses(scene, example))
    if scene.trail.crossings or len(scene.lanes) > 1:  # of several lanes each leads somewhere
        yield from harmful
    told: set[tuple[str, str]] = set()
    blamed: set[Ref] = set()
    for crossing in scene.trail.crossings:
        plain = _is_plain(scene, crossing)
        key = (crossing.call.route.stat, crossing.caller if plain else "")
        if key in told:
            continue
        told.add(key)
        if plain:
            blamed.add(scene.ground.replica(crossing.caller).workload)
            yield _without_sidecar(scene, crossing)
        elif not harmful or not _is_lost(crossing):
            yield from _by_route(scene, crossing)
    yield from _met_without_sidecar(scene, blamed)
    yield from _went_round(scene)


def _losses(scene: Scene, example: str) -> Iterator[Finding]:
    """Yield the programs that lose lanes of others."""
    needing = needy(scene.ground) | needy_now(scene.ground, scene.seen)
    for passage in passages(scene.ground, scene.seen):
        code = code_of(passage, needing)
        if code is verifying.LANE_LOST:
            yield loss(scene.ground.mesh, passage, code, example_text(example))


def _is_lost(crossing: Crossing) -> bool:
    """Whether lanes' own route led a call away: its request was not known to be of its lane."""
    return bool(crossing.caller) and bool(crossing.call.route.by)


def _is_plain(scene: Scene, crossing: Crossing) -> bool:
    return bool(crossing.caller) and not scene.ground.replica(crossing.caller).sidecar


def _by_route(scene: Scene, crossing: Crossing) -> Iterator[Finding]:
    wrong = list(_wrong_subsets(scene, crossing))
    yield from wrong
    if not wrong and crossing.caller:
        yield _left_by_rule(scene, crossing)


def _without_sidecar(scene: Scene, crossing: Crossing) -> Finding:
    ground, call = scene.ground, crossing.call
    workload = ground.workload(crossing.caller)
    lack, change = lack_text(ground.mesh, workload)
    return unplaced(
        verifying.CALLS_WITHOUT_SIDECAR,
        str(workload.meta.ref),
        pods=crossing.caller,
        lack=lack,
        count=number(call.sent, "call"),
        service=short_host(call.route.host),
        reached=listing(ground.arrived(call, scene.seen)),
        change=change,
    )


def _wrong_subsets(scene: Scene, crossing: Crossing) -> Iterator[Finding]:
    """Yield the subsets of a call that bear a lane's name and hold pods of another."""
    for cluster in crossing.call.route.clusters:
        destination = destination_of(cluster)
        lane = lane_of(scene.ground.mesh, destination)
        if lane is None:
            continue
        pods = [
            name
            for name in crossing.into
            if name in scene.members(cluster)
            and not is_in(lane, scene.ground.workload(name).labels)
        ]
        if pods:
            yield _wrong_subset(scene, destination, lane, pods)


def _wrong_subset(
    scene: Scene, destination: Destination, lane: GroupLane, pods: list[str]
) -> Finding:
    subject, cause = _declared_by(scene, destination)
    return unplaced(
        verifying.WRONG_SUBSET,
        subject,
        subset=destination.subset,
        service=short_host(destination.host),
        lane=lane.name,
        pods=listing(pods),
        cause=cause,
        selector=labels_text(lane.selector),
    )


def _declared_by(scene: Scene, destination: Destination) -> tuple[str, str]:
    """Say which DestinationRule of a user's declares a subset, and by which labels."""
    for rule in scene.ground.mesh.destination_rules:
        if rule_host(rule) != destination.host:
            continue
        for subset in rule.subsets:
            if subset.name == destination.subset:
                return str(rule.meta.ref), f"{rule.meta.ref} selects {labels_text(subset.labels)}"
    return short_host(destination.host), "callers see other labels under that name"


def _left_by_rule(scene: Scene, crossing: Crossing) -> Finding:
    route = crossing.call.route
    caller = scene.ground.replica(crossing.caller).caller
    lanes = lanes_of_caller(scene.ground.mesh, caller, Host(route.host))
    names = RuleNames(scene.ground.mesh)
    return unplaced(
        verifying.LEFT_BY_RULE,
        str(route.origin.ref),
        count=number(crossing.call.sent, "call"),
        callers=listing(scene.callers_of(route.table)),
        lane=listing([lane.name for lane in lanes] or scene.lanes),
        service=short_host(route.host),
        rule=names.at(route.origin, route.rule, route.lane, route.by),
        pods=listing(crossing.into),
    )


def _went_round(scene: Scene) -> Iterator[Finding]:
    """Yield pods that received more requests than all routes to them were dialed.

    First one by one, then service by service: pods behind one route cover for each other.
    """
    told = []
    for name, received in scene.seen.requests.items():
        more = received - _dialed(scene, {name})
        if more > 0:
            told.append(name)
            yield _round(scene, more, name)
    for service in scene.ground.mesh.services.values():
        refs = {workload.meta.ref for workload in service.workloads}
        names = {
            name for name in scene.seen.requests if scene.ground.replica(name).workload in refs
        }
        more = sum(scene.seen.requests[name] for name in names) - _dialed(scene, names)
        if more > 0 and names.isdisjoint(told):
            told += names
            yield _round(scene, more, f"the pods of {short_host(service.host)}")


def _dialed(scene: Scene, names: set[str]) -> int:
    return sum(
        count
        for cluster, count in scene.seen.dialed.items()
        if not names.isdisjoint(scene.ground.ledger.members[cluster])
    )


def _round(scene: Scene, count: int, pod: str) -> Finding:
    replica = scene.ground.ledger.replicas.get(pod)
    subject = str(replica.workload) if replica else pod
    words = {"count": number(count, "request"), "pod": pod}
    return unplaced(verifying.WENT_ROUND, subject, **words)


def _met_without_sidecar(scene: Scene, blamed: Iterable[Ref]) -> Iterator[Finding]:
    ground = scene.ground
    bare = [name for name in scene.trail.kept if not ground.replica(name).sidecar]
    for ref in dict.fromkeys(ground.replica(name).workload for name in bare):
        if ref not in blamed:
            lack, change = lack_text(ground.mesh, ground.workloads[ref])
            yield unplaced(
                verifying.MET_WITHOUT_SIDECAR,
                str(ref),
                pods=listing(name for name in bare if ground.replica(name).workload == ref),
                lack=lack,
                lanes=counted("lane", scene.lanes) if scene.lanes else "no lane",
                change=change,
            )
