"""What was as promised and may still not be meant, as findings.

Comes in: a probe's scene. Goes out: a warning for each service of which a lane met two versions,
for each where other pods answered for a lane that has it, and for each caller in no lane that
carried a lane's requests on into another.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.emit.envoy.cluster_names import destination_of
from laneway.core.findings.codes import verifying
from laneway.core.findings.finding import Finding, unplaced
from laneway.core.judging.scene import Scene
from laneway.core.judging.trail import services_of
from laneway.core.mesh.membership import lanes_of, owner
from laneway.core.mesh.mesh import Group, GroupLane
from laneway.core.mesh.names import Host
from laneway.core.routing.ask.reach import lane_of
from laneway.core.rules.questions.words import labels_text, listing, short_host


def doubts(scene: Scene) -> Iterator[Finding]:
    """Yield what may not be meant."""
    yield from _versions(scene)
    yield from _stood_in(scene)
    yield from _outsiders(scene)


def _versions(scene: Scene) -> Iterator[Finding]:
    """Yield services of which a lane met pods with different `version` labels."""
    mesh = scene.ground.mesh
    for lane in scene.own_lanes():
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
    return unplaced(
        verifying.TWO_VERSIONS,
        str(lane.lane.meta.ref),
        lane=lane.name,
        versions=f"the versions {versions}",
        service=short_host(host),
        selector=labels_text(lane.selector),
    )


def _stood_in(scene: Scene) -> Iterator[Finding]:
    """Yield the lanes that others answered for, since all of their own pods are down."""
    for cluster, others in scene.ground.stood_in(scene.seen).items():
        met = [name for name in others if name in scene.trail.kept]
        destination = destination_of(cluster)
        lane = lane_of(scene.ground.mesh, destination)
        if met and lane is not None:
            own = listing(scene.members(cluster))
            down = listing(scene.workloads_of(destination.host, lane))
            yield unplaced(
                verifying.STOOD_IN,
                str(lane.lane.meta.ref),
                pods=listing(met),
                lane=lane.name,
                service=short_host(destination.host),
                reason=f"{own} got no request" if own else f"no pod of {down} is up",
            )


def _outsiders(scene: Scene) -> Iterator[Finding]:
    """Yield callers in no lane that carried a lane's requests on into another lane."""
    own = {lane.name for lane in scene.own_lanes()}
    for call in scene.seen.calls:
        group = owner(scene.ground.mesh, Host(call.route.host))
        callers = scene.callers_of(call.route.table)
        others = call.route.lanes
        if not callers or group is None or not others or own & others:
            continue
        if any(lane.name in own for lane in group.lanes) and not _is_bound(
            scene, callers[0], group
        ):
            yield unplaced(
                verifying.LEFT_BY_OUTSIDER,
                listing(callers),
                lane=listing(scene.lanes),
                callers=listing(callers),
                group=group.name,
                service=short_host(call.route.host),
                other=listing(sorted(others)),
            )


def _is_bound(scene: Scene, caller: str, group: Group) -> bool:
    """Whether a caller is in a lane of the group, or has no sidecar that could know it."""
    replica = scene.ground.replica(caller)
    return not replica.sidecar or bool(lanes_of(group, replica.caller.labels))
