"""Which object a counter-example is to be laid at, where that is not the route that decides.

Comes in: a place of decision and the rule that decides there. Goes out: an object and a path in it,
or nothing. A route that leads to what its proxy does not see is as it should be; to blame is what
hides the service, the subset, or the routes that lanes have for the caller.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.mesh.destination_rules import rule_host, rules_seen
from laneway.core.mesh.hosts import covers
from laneway.core.mesh.mesh import Mesh, MeshService
from laneway.core.mesh.names import ROOT_NAMESPACE
from laneway.core.mesh.visibility import EXPORT_TO, scope_of
from laneway.core.proof.callers import scope_at
from laneway.core.proof.verdict import Spot
from laneway.core.resources.istio.networking import DestinationRule
from laneway.core.resources.matching import Labels
from laneway.core.routing.ask.walk import Sight, find_hop, hidden_by, subset_labels
from laneway.core.routing.plan.route_plan import (
    Destination,
    Forward,
    Origin,
    RoutePlan,
    Rule,
    links,
)
from laneway.core.routing.plan.survivors import DEFAULT_ROUTE
from laneway.core.routing.plan.unseen import is_past_routes, unseen


def blamed(mesh: Mesh, plan: RoutePlan, spot: Spot, rule: Rule) -> Iterator[Origin]:
    """Yield what may be to blame for what a rule does, the likeliest first."""
    if is_past_routes(rule):
        return
    if rule.name == DEFAULT_ROUTE and rule.origin.ref.kind == "Service":
        yield from _without_routes(mesh, plan, spot)
    yield from _hides_service(mesh, plan, spot)
    sight = Sight(mesh, plan, scope_at(mesh, spot))
    shares = rule.action.shares if isinstance(rule.action, Forward) else ()
    for share in shares:
        service = mesh.services.get(share.destination.host)
        if service is not None:
            yield from _hidden(sight, service, share.destination)


def _hides_service(mesh: Mesh, plan: RoutePlan, spot: Spot) -> Iterator[Origin]:
    """Yield what hides a service, where a route for hosts that are not known speaks for it."""
    hop = find_hop(mesh, plan, spot.host, spot.port, spot.protocol)
    hider = unseen(mesh, scope_of(mesh, spot.who.caller), hop) if hop and spot.who else None
    if hider is not None:
        yield Origin(hider.meta.ref, hider.path)


def _hidden(sight: Sight, service: MeshService, to: Destination) -> Iterator[Origin]:
    """Yield what hides a destination from a proxy."""
    mesh, plan, caller = sight.mesh, sight.plan, sight.scope.caller
    hider = hidden_by(sight, to)
    if hider is not None:
        if hider.kind == "Service":
            yield Origin(hider, ("metadata", "annotations", EXPORT_TO))
        return
    labels = subset_labels(sight, to)
    planned = plan.lane_subsets.get(to.host)
    wanted = [one.labels for one in planned.subsets if one.name == to.subset] if planned else []
    if wanted and labels != wanted[0]:
        rules = mesh.destination_rules
        seen = rules_seen(rules, service.host, service.namespace, caller)
        spaces = (caller.namespace, service.namespace, ROOT_NAMESPACE)
        near = (one for one in rules if one.meta.namespace in spaces)
        covering = [one for one in near if covers(rule_host(one), service.host)]
        unseen = [one for one in covering if one not in seen]
        suspects = (*unseen, *seen) if labels is None else (*seen, *unseen)
        narrowest = sorted(suspects, key=lambda one: (-len(rule_host(one)), not _parts(one)))
        for one in sorted(narrowest, key=lambda one: not _declares(one, to.subset, labels)):
            yield Origin(one.meta.ref, ("spec", "host"))


def _parts(rule: DestinationRule) -> bool:
    """Whether a rule gives some callers all that they see, and takes a wildcard from others."""
    return rule.workload_selector is not None


def _declares(rule: DestinationRule, subset: str, labels: Labels | None) -> bool:
    """Whether a rule is one that gives a subset its labels."""
    return any((one.name, one.labels) == (subset, labels) for one in rule.subsets)


def _without_routes(mesh: Mesh, plan: RoutePlan, spot: Spot) -> Iterator[Origin]:
    """Yield what keeps a caller from every route of a service."""
    hop = find_hop(mesh, plan, spot.host, spot.port, spot.protocol)
    if hop is None or spot.who is None:
        return
    scope = scope_of(mesh, spot.who.caller)
    for one in links(hop):
        if one.shown is None or scope.nearness(one.shown, hop.port) is not None:
            continue
        if scope.sidecar is not None and one.shown.nearness(scope.namespace) is not None:
            yield Origin(scope.sidecar.meta.ref, ("spec", "egress"))
    for one in sorted(links(hop), key=lambda one: len(one.wild)):
        if one.author is not None:
            yield Origin(one.author, ("spec", "hosts"))
