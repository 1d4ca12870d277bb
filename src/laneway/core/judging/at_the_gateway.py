"""What went wrong at the gateway, as findings.

Comes in: a probe, what came of sending it and what the gateway counted. Goes out: a finding where
another rule decided, where no route did, where the gateway could not send on, where answers are
missing and where a share is off.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from laneway.core.emit.envoy.cluster_names import destination_of
from laneway.core.findings.codes import verifying
from laneway.core.findings.finding import Finding, unplaced
from laneway.core.judging.arrival import Arrival
from laneway.core.judging.ledger import Unrouted
from laneway.core.judging.refusing import destination_text, refusal
from laneway.core.judging.row import ShareRow
from laneway.core.judging.scene import Scene
from laneway.core.judging.wording import number, probe_text
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan.rule_names import RuleNames
from laneway.core.rules.questions.words import listing
from laneway.core.search.probes import Probe, Unprobed

_MOST_REASONS = 3


def at_entry(
    scene: Scene, probe: Probe, arrival: Arrival, shares: Sequence[ShareRow]
) -> Iterator[Finding]:
    """Yield what is wrong with a probe's requests before they reach a pod."""
    mesh = scene.ground.mesh
    yield from _asked(mesh, probe)
    yield from _decided_otherwise(mesh, probe, arrival)
    yield from _refused(scene, probe, arrival)
    for reason, count in arrival.sent.lost.items():
        yield unplaced(
            verifying.NO_ANSWER,
            gateway_text(probe),
            count=f"{count} of {arrival.sent.total}",
            request=probe_text(probe),
            reason=reason,
        )
    for share in shares:
        if not share.is_kept:
            yield _share_off(mesh, probe, share, shares)


def unprobed_finding(mesh: Mesh, one: Unprobed) -> Finding:
    """Return why a rule was not put to the test."""
    subject = str(one.rule.origin.ref)
    names = RuleNames(mesh)
    name = names.of(one.rule)
    if one.taken:
        before = listing(map(names.of, one.taken))
        return unplaced(verifying.NEVER_MET, subject, rule=name, before=before)
    if one.gateway is None:
        reasons = f"{name} asks for this host, but no server of its Gateway does"
        return unplaced(
            verifying.NO_ROUTE,
            subject,
            gateway="its gateway",
            request=f"requests for {one.domain}",
            reasons=reasons,
        )
    return unplaced(verifying.NO_REQUEST, subject, rule=name)


def gateway_text(probe: Probe) -> str:
    """Name the gateway port of a probe."""
    return f"{', '.join(probe.gateway.gateways)} port {probe.gateway.port}"


def _asked(mesh: Mesh, probe: Probe) -> Iterator[Finding]:
    """Yield what is wrong with a user's own request before it is even sent."""
    rule = probe.promise.rule
    if probe.purpose != "asked":
        return
    if rule is None:
        yield unplaced(
            verifying.NO_ROUTE,
            gateway_text(probe),
            gateway=gateway_text(probe),
            request=probe_text(probe),
            reasons=_reasons(mesh, probe),
        )
    elif probe.wanted and probe.wanted not in probe.lanes:
        lanes = f"lane {listing(probe.lanes)}" if probe.lanes else "no lane"
        yield unplaced(
            verifying.OTHER_RULE,
            str(rule.origin.ref),
            request=probe_text(probe),
            promised=f"lane {probe.wanted}",
            met=f"{RuleNames(mesh).of(rule)} takes it into {lanes}",
        )


def _reasons(mesh: Mesh, probe: Probe) -> str:
    """Say of the first rules why they do not take a request; of equal reasons one is enough."""
    rules = {one.why_not: one.rule for one in reversed(probe.promise.considered)}
    if not rules:
        return f"nothing there is for host {probe.request.host}"
    names = RuleNames(mesh)
    said = [f"{why} ({names.of(rule)})" for why, rule in reversed(list(rules.items()))]
    return listing(said, _MOST_REASONS)


def _decided_otherwise(mesh: Mesh, probe: Probe, arrival: Arrival) -> Iterator[Finding]:
    rule = probe.promise.rule
    names = RuleNames(mesh)
    promised = names.of(rule) if rule else f"status {arrival.status}"
    met = []
    for call in arrival.others if arrival.astray else ():
        took = names.at(call.route.origin, call.route.rule, call.route.lane, call.route.by)
        met.append(f"{took} decided {number(call.sent, 'request')}")
    if not arrival.is_forward and arrival.unexpected:
        statuses = ", ".join(str(status) for status in sorted(arrival.unexpected))
        met.append(f"the answer was {statuses}")
    words = {"request": probe_text(probe), "promised": promised}
    for one in met:
        yield unplaced(verifying.OTHER_RULE, gateway_text(probe), met=one, **words)


def _refused(scene: Scene, probe: Probe, arrival: Arrival) -> Iterator[Finding]:
    """Yield why the gateway answered requests itself that it should have sent on."""
    if not arrival.is_forward or arrival.reached + arrival.astray == arrival.sent.total:
        return
    for cluster in dict.fromkeys(arrival.clusters):
        if count := scene.seen.unreached.get(cluster, 0):
            yield refusal(scene, cluster, number(count, "request"), "the gateway")
    unrouted = scene.seen.unrouted.get(arrival.table, Unrouted())
    meant = [one for one in arrival.clusters if one not in scene.ground.ledger.members]
    for count, reason in (
        (unrouted.no_cluster, "the route names a subset or port that nobody declares"),
        (unrouted.no_route, "the gateway holds no route for it"),
    ):
        if count:
            hosts = (destination_text(destination_of(one)) for one in meant or arrival.clusters)
            yield unplaced(
                verifying.REFUSED_INSIDE,
                gateway_text(probe),
                count=number(min(count, arrival.sent.total), "request"),
                callers="the gateway",
                service=listing(dict.fromkeys(hosts)),
                reason=reason,
                fix="laneway check PATH names what is missing.",
            )


def _share_off(mesh: Mesh, probe: Probe, share: ShareRow, shares: Sequence[ShareRow]) -> Finding:
    total = sum(one.seen or 0 for one in shares)
    rule = probe.promise.rule
    return unplaced(
        verifying.SHARE_OFF,
        str(rule.origin.ref) if rule else "",
        seen=share.seen,
        total=total,
        destination=f"lane {share.lane}" if share.lane else share.destination,
        percent=f"{share.percent:.4g}",
        low=share.low,
        high=share.high,
        rule=RuleNames(mesh).of(rule) if rule else "",
    )
