"""Requests that the proxies could not send on, as findings.

Comes in: a probe's scene. Goes out: a finding for each route whose requests reached no pod, for
each class of callers whose proxies had no route or no cluster, and for each program that did not
answer its own proxy.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.emit.envoy.cluster_names import destination_of
from laneway.core.emit.envoy.config import is_entry
from laneway.core.findings.codes import verifying
from laneway.core.findings.finding import Finding, unplaced
from laneway.core.judging.scene import Scene
from laneway.core.judging.wording import number, unique
from laneway.core.mesh.mesh import GroupLane
from laneway.core.routing.ask.reach import lane_of
from laneway.core.routing.ask.walk import find_hop
from laneway.core.routing.plan.route_plan import Destination
from laneway.core.routing.plan.survivors import surviving, takes_anything
from laneway.core.rules.questions.carried import Carried
from laneway.core.rules.questions.words import labels_text, listing, short_host


def refusals(scene: Scene, table: str) -> Iterator[Finding]:
    """Yield what failed behind the gateway; `table` is the one of the gateway itself."""
    for caller_table, clusters in unreached_by_table(scene, table).items():
        callers = listing(scene.callers_of(caller_table))
        for cluster, count in clusters.items():
            yield refusal(scene, cluster, number(count, "call"), callers)
    for caller_table in scene.seen.unrouted:
        if not is_entry(caller_table) and scene.callers_of(caller_table):
            yield from _unrouted(scene, caller_table)
    for name, count in scene.seen.broken.items():
        if name in scene.trail.kept:
            yield _broken(scene, name, count)


def unreached_by_table(scene: Scene, table: str) -> dict[str, dict[str, int]]:
    """Return the requests that reached no pod, by the table of those who may have sent them.

    What the routes of the gateway's own `table` lead to is the gateway's affair.
    """
    ledger, found = scene.ground.ledger, scene.seen.unreached
    own = {one for route in ledger.routes if route.table == table for one in route.clusters}
    by_table: dict[str, dict[str, int]] = {}
    for route in ledger.routes:
        if not is_entry(route.table) and scene.callers_of(route.table):
            for cluster in route.clusters:
                if cluster in found and cluster not in own:
                    by_table.setdefault(route.table, {})[cluster] = found[cluster]
    return by_table


def _broken(scene: Scene, name: str, count: int) -> Finding:
    return unplaced(
        verifying.REFUSED_INSIDE,
        str(scene.ground.replica(name).workload),
        count=number(count, "request"),
        callers="its own proxy",
        service=name,
        reason="the program does not answer",
        fix=f"laneway logs {name} shows what it says.",
    )


def refusal(scene: Scene, cluster: str, count: str, callers: str) -> Finding:
    """Return why requests for a cluster reached no pod: there is none, or none accepts them."""
    destination = destination_of(cluster)
    lane = lane_of(scene.ground.mesh, destination)
    if scene.members(cluster):
        return _refused(scene, count, callers, destination, "its pods accept no connection")
    if lane is not None and (down := scene.workloads_of(destination.host, lane)):
        return _refused(scene, count, callers, destination, f"no pod of {listing(down)} is up")
    if lane is not None:
        return _unanswered(scene, count, destination, lane)
    return _refused(scene, count, callers, destination, "no pod stands behind it")


def destination_text(destination: Destination) -> str:
    """Name a destination: its service, and the subset if it has one."""
    subset = f"subset {destination.subset} of " if destination.subset else ""
    return subset + short_host(destination.host)


def _unanswered(scene: Scene, count: str, destination: Destination, lane: GroupLane) -> Finding:
    service = scene.ground.mesh.services.get(destination.host)
    return unplaced(
        verifying.LANE_UNANSWERED,
        str(lane.lane.meta.ref),
        count=count,
        lane=lane.name,
        service=short_host(destination.host),
        selector=labels_text(lane.selector),
        carried=Carried(service.workloads if service else ()).instead_of(lane.selector),
    )


def _refused(
    scene: Scene, count: str, callers: str, destination: Destination, reason: str
) -> Finding:
    known = destination.host in scene.ground.mesh.services
    fix = (
        "laneway ps shows which programs run and which are stopped, laneway logs what they say; "
        "laneway start brings back what was stopped."
    )
    return unplaced(
        verifying.REFUSED_INSIDE,
        short_host(destination.host),
        count=count,
        callers=callers,
        service=destination_text(destination),
        reason=reason if known else "there is no such service",
        fix=fix,
    )


def _unrouted(scene: Scene, table: str) -> Iterator[Finding]:
    """Yield what a table had no route or no cluster for, with the services that may be meant."""
    found = scene.seen.unrouted[table]
    callers = listing(scene.callers_of(table))
    for count, reason, meant in (
        (found.no_route, "no route of the service takes the request (404)", partial),
        (found.no_cluster, "the route names a subset or port that nobody declares", undeclared),
    ):
        if count:
            services = unique(meant(scene, table))
            yield unplaced(
                verifying.REFUSED_INSIDE,
                callers,
                count=number(count, "call"),
                callers=callers,
                service=listing(short_host(host) for host in services) or "an unknown service",
                reason=reason,
                fix="laneway explain --from WORKLOAD --host SERVICE PATH shows the rules.",
            )


def partial(scene: Scene, table: str) -> Iterator[str]:
    """Yield the services whose rules do not take every request of a table's callers."""
    mesh = scene.ground.mesh
    caller = scene.ground.replica(scene.callers_of(table)[0]).caller
    for host, service in mesh.services.items():
        for port in service.ports:
            hop = find_hop(mesh, scene.plan, host, port.number, "http")
            if hop is not None and not takes_anything(surviving(mesh, hop, caller)[-1]):
                yield host


def undeclared(scene: Scene, table: str) -> Iterator[str]:
    """Yield the services with a route in a table that leads to no cluster there is."""
    ledger = scene.ground.ledger
    for route in ledger.routes:
        if route.table == table and any(one not in ledger.members for one in route.clusters):
            yield route.host
