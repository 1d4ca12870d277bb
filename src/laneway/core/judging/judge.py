"""From what was counted to a verdict on one probe.

Comes in: a probe, what came of sending it, what was counted meanwhile. Goes out: a Row whose parts
add up. A request that left its promise anywhere counts as elsewhere; counters cannot tell one
request from another, so of several hops the worst one counts.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from laneway.core.judging.arrival import Arrival, arrival, share_rows
from laneway.core.judging.at_the_gateway import at_entry, unprobed_finding
from laneway.core.judging.coverage import met, stood_in
from laneway.core.judging.doubting import doubts
from laneway.core.judging.leaving import leaks
from laneway.core.judging.ledger import Ledger, Seen
from laneway.core.judging.refusing import refusals, unreached_by_table
from laneway.core.judging.row import Row
from laneway.core.judging.scene import Scene
from laneway.core.judging.sent import Sent
from laneway.core.judging.trail import MeshUnderTest, follow, services_of
from laneway.core.judging.wording import probe_text
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.ask.reach import Reach
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.routing.plan.rule_names import RuleNames
from laneway.core.search.probes import Probe, Unprobed


class Judge(Struct, frozen=True):
    """Judges the probes of one mesh."""

    plan: RoutePlan
    ground: MeshUnderTest
    reach: Reach

    @classmethod
    def of(cls, mesh: Mesh, plan: RoutePlan, ledger: Ledger) -> Judge:
        """Return the judge of a mesh and its plan."""
        return cls(plan, MeshUnderTest.of(mesh, ledger), Reach(mesh, plan))

    def row(self, probe: Probe, sent: Sent, seen: Seen) -> Row:
        """Judge what came of a probe."""
        came = arrival(self.plan, probe, sent, seen)
        trail = follow(self.ground, came.mine, self.reach.of(probe.promise), seen)
        scene = Scene(self.ground, self.plan, _belongs(probe), seen, trail)
        elsewhere = min(sent.total, came.astray + _left(scene, probe, came))
        failed = min(sent.total - elsewhere, _failed(scene, probe, came))
        taking = self.ground.ledger.taking
        shares = share_rows(self.ground.mesh, self.plan, probe, seen, taking)
        found = [*at_entry(scene, probe, came, shares), *leaks(scene, probe_text(probe))]
        found += [*refusals(scene, came.table), *doubts(scene)]
        return Row(
            probe.lanes,
            probe.gateway.port,
            probe_text(probe),
            probe.purpose,
            probe.promise.status or 0,
            sent.total,
            sent.total - elsewhere - failed,
            elsewhere,
            failed,
            shares,
            dict(sorted(sent.statuses.items())),
            tuple(dict.fromkeys(found)),
            came.strangers,
            met(self.ground, scene.lanes, trail.kept),
            stood_in(self.ground, seen),
        )


def unprobed_row(mesh: Mesh, one: Unprobed) -> Row:
    """Return the row of a rule that nothing was sent for."""
    port = one.gateway.port if one.gateway else 0
    text = RuleNames(mesh).of(one.rule)
    return Row(one.lanes, port, text, "rule", findings=(unprobed_finding(mesh, one),))


def _belongs(probe: Probe) -> tuple[str, ...]:
    """Return the lanes whose promise a probe's requests carry: none, if they are to miss a rule."""
    if probe.purpose in ("rule", "asked"):
        return probe.lanes
    rule = probe.promise.rule
    return (rule.lane,) if rule is not None and rule.lane else ()


def _left(scene: Scene, probe: Probe, came: Arrival) -> int:
    """Count requests that left their promise behind the promised rule, at the worst service."""
    if probe.wanted and probe.wanted not in probe.lanes:
        return came.reached  # the rule is another lane's from the start
    by_service: dict[str, int] = {}
    for name in scene.trail.left:
        for host in services_of(scene.ground.mesh, scene.ground.workload(name)):
            count = scene.seen.received.get(name, 0)
            by_service[host] = by_service.get(host, 0) + count
    certain = [one.call.sent for one in scene.trail.crossings if one.only]
    return min(came.reached, max([*by_service.values(), *certain], default=0))


def _failed(scene: Scene, probe: Probe, came: Arrival) -> int:
    """Count requests that failed at the gateway or, at the worst place, behind it."""
    if probe.purpose == "asked" and probe.promise.rule is None:
        return came.sent.total  # a user who asks for it does not mean to be refused
    if not came.is_forward:
        return sum(came.unexpected.values()) + sum(came.sent.lost.values())
    rule = probe.promise.rule
    meant = rule is not None and "fault" in rule.policy  # a user's own fault is no failure
    at_gateway = came.sent.total - came.reached - came.astray
    lost = sum(came.sent.lost.values())
    return (lost if meant else at_gateway) + max(_failed_inside(scene, came.table), default=0)


def _failed_inside(scene: Scene, table: str) -> Iterator[int]:
    for clusters in unreached_by_table(scene, table).values():
        yield from clusters.values()
    for caller_table, unrouted in scene.seen.unrouted.items():
        if scene.callers_of(caller_table):
            yield unrouted.no_route + unrouted.no_cluster
    yield from (count for name, count in scene.seen.broken.items() if name in scene.trail.kept)
