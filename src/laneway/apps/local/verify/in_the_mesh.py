"""What went wrong behind the gateway, as findings.

Comes in: the trail of a probe and what was counted. Goes out: a finding for each call that left its
lane, by what led it out (no sidecar, a subset with wrong labels, a rule of the user's, a program
that dials pods itself), and for each that the proxies refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from laneway.apps.local.verify.ledger import Call, Seen
from laneway.apps.local.verify.trail import Crossing, Ground, Trail, services_of
from laneway.apps.local.verify.wording import lack_text, number, unique
from laneway.core.emit.envoy_config import is_entry
from laneway.core.findings.codes import verifying
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.members import meets
from laneway.core.mesh.mesh import GroupLane
from laneway.core.mesh.names import Host
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan import Destination, RoutePlan
from laneway.core.routing.reach import lane_of, lanes_of_caller, owner
from laneway.core.routing.subsets import rule_host
from laneway.core.routing.survivors import surviving, takes_anything
from laneway.core.routing.walk import find_hop
from laneway.core.rules.questions.carried import carried_text
from laneway.core.rules.questions.words import counted, labels_text, listing, short_host

AT_THE_GATEWAY = "the gateway"


@dataclass(frozen=True, slots=True)
class Scene:
    """What findings of one probe are drawn from. `lanes` are those its request belongs to."""

    ground: Ground
    plan: RoutePlan
    lanes: tuple[str, ...]
    seen: Seen
    trail: Trail


def faults(scene: Scene) -> Iterator[Finding]:
    """Yield what is wrong with a probe's requests in the mesh, each thing once."""
    told: set[tuple[str, str]] = set()
    blamed: set[Ref] = set()
    for crossing in scene.trail.crossings:
        key = (crossing.call.route.stat, crossing.caller if _is_plain(scene, crossing) else "")
        if key not in told:
            told.add(key)
            if _is_plain(scene, crossing):
                blamed.add(scene.ground.replica(crossing.caller).workload)
            yield from _crossing(scene, crossing)
    yield from _met_without_sidecar(scene, blamed)
    yield from _went_round(scene)
    yield from _refusals(scene)
    yield from _versions(scene)
    yield from _outsiders(scene)


def _is_plain(scene: Scene, crossing: Crossing) -> bool:
    return bool(crossing.caller) and not scene.ground.replica(crossing.caller).sidecar


def _crossing(scene: Scene, crossing: Crossing) -> Iterator[Finding]:
    if _is_plain(scene, crossing):
        yield _without_sidecar(scene, crossing)
        return
    wrong = list(_wrong_subsets(scene, crossing))
    yield from wrong
    if not wrong and crossing.caller:
        yield _left_by_rule(scene, crossing)


# ---------------------------------------------------------------------- calls that left


def _without_sidecar(scene: Scene, crossing: Crossing) -> Finding:
    ground, call = scene.ground, crossing.call
    workload = ground.workload(crossing.caller)
    lack, remedy = lack_text(ground.mesh, workload)
    return finding(
        verifying.CALLS_WITHOUT_SIDECAR,
        None,
        str(workload.meta.ref),
        pods=crossing.caller,
        lack=lack,
        count=number(call.sent, "call"),
        service=short_host(call.route.host),
        reached=listing(ground.arrived(call, scene.seen)),
        remedy=remedy,
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
            if name in scene.ground.ledger.members.get(cluster, ())
            and not meets(lane.selector, scene.ground.workload(name).labels)
        ]
        if pods:
            yield _wrong_subset(scene, destination, lane, pods)


def _wrong_subset(
    scene: Scene, destination: Destination, lane: GroupLane, pods: list[str]
) -> Finding:
    subject, cause = _declared_by(scene, destination)
    return finding(
        verifying.WRONG_SUBSET,
        None,
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
    callers = [name for name in crossing.call.callers if name in scene.trail.kept]
    return finding(
        verifying.LEFT_BY_RULE,
        None,
        str(route.origin.ref),
        count=number(crossing.call.sent, "call"),
        callers=listing(callers or [crossing.caller]),
        lane=listing([lane.name for lane in lanes] or scene.lanes),
        service=short_host(route.host),
        rule=f"route {route.rule or '(without a name)'} of {route.origin.ref}",
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
        names = {name for name in scene.seen.requests if scene.ground.replica(name).workload in refs}
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
    return finding(verifying.WENT_ROUND, None, subject, **words)


def _met_without_sidecar(scene: Scene, blamed: Iterable[Ref]) -> Iterator[Finding]:
    ground = scene.ground
    bare = [name for name in scene.trail.kept if not ground.replica(name).sidecar]
    for ref in dict.fromkeys(ground.replica(name).workload for name in bare):
        if ref not in blamed:
            lack, remedy = lack_text(ground.mesh, ground.workloads[ref])
            yield finding(
                verifying.MET_WITHOUT_SIDECAR,
                None,
                str(ref),
                pods=listing(name for name in bare if ground.replica(name).workload == ref),
                lack=lack,
                lanes=counted("lane", scene.lanes) if scene.lanes else "no lane",
                remedy=remedy,
            )


# ---------------------------------------------------------------------- calls that failed


def _refusals(scene: Scene) -> Iterator[Finding]:
    kept = set(scene.trail.kept)
    for call in scene.seen.calls:
        if call.refused and not call.is_entry and kept.intersection(call.callers):
            callers = listing(name for name in call.callers if name in kept)
            yield refusal(scene, call, callers)
    for table in unique(call_table(scene, name) for name in scene.trail.kept):
        yield from _unrouted(scene, table)
    for name, count in scene.seen.broken.items():
        if name in kept:
            yield finding(
                verifying.REFUSED_INSIDE,
                None,
                str(scene.ground.replica(name).workload),
                count=number(count, "request"),
                callers="its own proxy",
                service=name,
                reason="the program does not answer",
                remedy=f"laneway logs {name} shows what it says.",
            )


def call_table(scene: Scene, replica: str) -> str:
    """Return the route table by which a replica calls, empty if it has made no call."""
    for call in scene.seen.calls:
        if replica in call.callers:
            return call.route.table
    return scene.ground.ledger.table_of(replica)


def refusal(scene: Scene, call: Call, callers: str) -> Finding:
    """Return why a route's requests reached no address: no pod, or none that accepts."""
    count = number(call.refused, "request" if call.is_entry else "call")
    for cluster in call.route.clusters:
        if scene.ground.ledger.members.get(cluster):
            continue
        destination = destination_of(cluster)
        lane = lane_of(scene.ground.mesh, destination)
        if lane is not None:
            return _unanswered(scene, count, destination, lane)
        return _refused(scene, count, callers, destination, "no pod stands behind it")
    destination = destination_of(call.route.clusters[0])
    return _refused(scene, count, callers, destination, "its pods accept no connection")


def _unanswered(
    scene: Scene, count: str, destination: Destination, lane: GroupLane
) -> Finding:
    service = scene.ground.mesh.services.get(destination.host)
    return finding(
        verifying.LANE_UNANSWERED,
        None,
        str(lane.lane.meta.ref),
        count=count,
        lane=lane.name,
        service=short_host(destination.host),
        selector=labels_text(lane.selector),
        carried=carried_text(service.workloads, lane.selector) if service else "",
    )


def _refused(
    scene: Scene, count: str, callers: str, destination: Destination, reason: str
) -> Finding:
    known = destination.host in scene.ground.mesh.services
    subset = f"subset {destination.subset} of " if destination.subset else ""
    remedy = "laneway ps shows which programs run, laneway logs what they say."
    return finding(
        verifying.REFUSED_INSIDE,
        None,
        short_host(destination.host),
        count=count,
        callers=callers,
        service=f"{subset}{short_host(destination.host)}",
        reason=reason if known else "there is no such service",
        remedy=remedy,
    )


def _unrouted(scene: Scene, table: str) -> Iterator[Finding]:
    """Yield what a table had no route or no cluster for, with the services that may be meant."""
    found = scene.seen.unrouted.get(table)
    if found is None or is_entry(table):
        return
    callers = listing(name for name in scene.trail.kept if call_table(scene, name) == table)
    for count, reason, meant in (
        (found.no_route, "no route of the service takes the request (404)", _partial),
        (found.no_cluster, "the route names a subset or port that nobody declares", _undeclared),
    ):
        if count:
            services = unique(meant(scene, table))
            yield finding(
                verifying.REFUSED_INSIDE,
                None,
                callers,
                count=number(count, "call"),
                callers=callers,
                service=listing(short_host(host) for host in services) or "an unknown service",
                reason=reason,
                remedy="laneway explain --from WORKLOAD --host SERVICE shows which rules there are.",
            )


def _partial(scene: Scene, table: str) -> Iterator[str]:
    """Yield the services whose rules do not take every request of a table's callers."""
    names = [name for name in scene.trail.kept if call_table(scene, name) == table]
    mesh = scene.ground.mesh
    for host, service in mesh.services.items():
        for port in service.ports:
            hop = find_hop(mesh, scene.plan, host, port.number, "http")
            if hop is not None and names:
                rules = surviving(hop, scene.ground.replica(names[0]).caller)
                if not takes_anything(rules[-1]):
                    yield host


def _undeclared(scene: Scene, table: str) -> Iterator[str]:
    """Yield the services with a route in a table that leads to no cluster there is."""
    ledger = scene.ground.ledger
    for route in ledger.routes_of(table):
        if any(cluster not in ledger.members for cluster in route.clusters):
            yield route.host


# ---------------------------------------------------------------------- doubts


def _versions(scene: Scene) -> Iterator[Finding]:
    """Yield services of which a lane met pods with different `version` labels."""
    mesh = scene.ground.mesh
    for lane in _lanes(scene):
        if len(scene.lanes) != 1 or any(key == "version" for key, _ in lane.selector):
            continue
        for host in lane.declared:
            found: dict[str, list[str]] = {}
            for name in scene.trail.kept:
                workload = scene.ground.workload(name)
                if host in services_of(mesh, workload) and "version" in workload.labels:
                    found.setdefault(workload.labels["version"], []).append(name)
            if len(found) > 1:
                yield _two_versions(lane, host, found)


def _two_versions(lane: GroupLane, host: Host, found: dict[str, list[str]]) -> Finding:
    versions = listing(f"{version} ({listing(names, 2)})" for version, names in found.items())
    return finding(
        verifying.TWO_VERSIONS,
        None,
        str(lane.lane.meta.ref),
        lane=lane.name,
        versions=f"the versions {versions}",
        service=short_host(host),
        selector=labels_text(lane.selector),
    )


def _lanes(scene: Scene) -> Iterator[GroupLane]:
    """Yield the lanes that the probe's request belongs to."""
    for group in scene.ground.mesh.groups:
        for lane in group.lanes:
            if lane.name in scene.lanes:
                yield lane


def _outsiders(scene: Scene) -> Iterator[Finding]:
    """Yield callers in no lane that carry a lane's requests on into another lane."""
    mesh, kept = scene.ground.mesh, scene.trail.kept
    lanes = {lane.name: lane for lane in _lanes(scene)}
    for call in scene.seen.calls:
        callers = [name for name in call.callers if name in kept]
        group = owner(mesh, Host(call.route.host))
        if not callers or group is None or not lanes or not call.sent:
            continue
        caller = scene.ground.replica(callers[0])
        mine = [lane for lane in group.lanes if lane.name in lanes]
        if not mine or not caller.sidecar:
            continue
        if lanes_of_caller(mesh, caller.caller, Host(call.route.host)):
            continue
        other = call.route.lane
        if other and other not in lanes:
            yield finding(
                verifying.LEFT_BY_OUTSIDER,
                None,
                listing(callers),
                lane=listing(scene.lanes),
                callers=listing(callers),
                group=group.name,
                service=short_host(call.route.host),
                other=other,
            )


def destination_of(cluster: str) -> Destination:
    """Return the destination that a cluster's name stands for.

    >>> destination_of("outbound|8000|s1|mocka.default.svc.cluster.local@shop").subset
    's1'
    """
    _, port, subset, host = cluster.split("|", 3)
    return Destination(Host(host.partition("@")[0]), int(port), subset)
