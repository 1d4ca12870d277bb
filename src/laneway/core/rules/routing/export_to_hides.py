"""LW1409: a user's DestinationRule whose exportTo keeps lane subsets from some callers."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.routing import EXPORT_TO_HIDES
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.destination_rules import exported, exports, rule_host
from laneway.core.mesh.membership import planning_owner
from laneway.core.mesh.mesh import Caller, Group, Mesh
from laneway.core.proof.callers import callers
from laneway.core.routing.plan.gateways import GATEWAY_NAMESPACE
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.rules.check import Check
from laneway.core.rules.questions.words import listing, short_host


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Find narrowly exported rules for lane services that hide the lanes from some caller."""
    for rule in mesh.destination_rules:
        host = rule_host(rule)
        group = planning_owner(mesh, host)
        narrow = rule.workload_selector is None and "*" not in (spaces := exports(rule)) and spaces
        if group is None or not narrow:
            continue
        names = {str(lane.name) for lane in group.lanes}
        blind = [
            space
            for space in sorted(_callers(mesh, plan, group))
            if not names <= {subset.name for subset in plan.subsets(host, Caller(space, ()))}
        ]
        if blind:
            words = {
                "user": rule.meta.ref,
                "export_to": listing(exported(rule) or ()),
                "namespaces": listing(blind),
                "host": short_host(host),
            }
            place = rule.meta.place("spec", "exportTo")
            yield finding(EXPORT_TO_HIDES, place, str(rule.meta.ref), **words)


def _callers(mesh: Mesh, plan: RoutePlan, group: Group) -> set[str]:
    """Return the namespaces from which lanes may be called, by pods that the input lacks too."""
    spaces = {mesh.services[host].namespace for host in group.hosts}
    spaces |= {who.caller.namespace for who in callers(mesh, plan)}
    return spaces | {GATEWAY_NAMESPACE} if group.gateway else spaces


CHECK = Check(EXPORT_TO_HIDES, check)
