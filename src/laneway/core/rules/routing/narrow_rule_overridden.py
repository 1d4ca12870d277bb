"""LW1432: a user's wildcard DestinationRule for some callers that the lanes' rule takes away."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.selecting import NARROW_RULE_OVERRIDDEN
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.destination_rules import narrowest, rule_host
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import Host
from laneway.core.resources.istio.networking import DestinationRule
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.rules.check import Check
from laneway.core.rules.questions.user_rules import rules_by_host
from laneway.core.rules.questions.words import listing, short_host


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Find the rules with a policy, and the hosts where the lanes' rule stands in their way."""
    written = rules_by_host(mesh)
    found: dict[Ref, tuple[DestinationRule, list[Host]]] = {}
    for host in written.hosts(plan.lane_subsets):
        for place in plan.lane_subsets[host].places:
            here = [one for one in written.of(host) if one.meta.namespace == place.namespace]
            for rule in narrowest(host, here):
                narrow = rule.workload_selector is not None and rule_host(rule) != host
                if narrow and rule.traffic_policy:
                    found.setdefault(rule.meta.ref, (rule, []))[1].append(host)
    for ref, (rule, hosts) in found.items():
        words = {"user": ref, "hosts": listing(map(short_host, hosts))}
        yield finding(NARROW_RULE_OVERRIDDEN, rule.meta.place("spec", "host"), str(ref), **words)


CHECK = Check(NARROW_RULE_OVERRIDDEN, check)
