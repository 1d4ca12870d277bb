"""LW1405: a user's DestinationRule that callers find before one in the root namespace.

The default layout's rule stands beside it; the asm layout's is not found any more.

https://istio.io/latest/docs/ops/best-practices/traffic-management/#cross-namespace-configuration
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.routing import NEARER_DESTINATION_RULE
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.destination_rules import for_everybody
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import ROOT_NAMESPACE, Host
from laneway.core.resources.istio.networking import DestinationRule
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.rules.check import Check
from laneway.core.rules.questions.user_rules import rules_by_host
from laneway.core.rules.questions.words import listing, short_host


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Find the users' rules beside which the lanes' rule has to stand, each with its hosts."""
    written = rules_by_host(mesh)
    nearer: dict[tuple[Ref, bool], tuple[DestinationRule, list[Host]]] = {}
    for host in written.hosts(plan.lane_subsets):
        home = mesh.services[host].namespace
        for place in plan.lane_subsets[host].places:
            near = [rule for rule in written.of(host) if rule.meta.namespace == place.namespace]
            here = for_everybody(near)
            if here and place.namespace != ROOT_NAMESPACE:
                rule = next((one for one in here if one.meta.ref == place.shared_with), here[0])
                key = (rule.meta.ref, place.namespace == home)
                nearer.setdefault(key, (rule, []))[1].append(host)
    for (_, for_all), (rule, hosts) in nearer.items():
        space = rule.meta.namespace
        words = {
            "user": rule.meta.ref,
            "callers": "all callers" if for_all else f"callers in namespace {space}",
            "host": listing(short_host(host) for host in hosts),
        }
        where = rule.meta.place("spec", "host")
        yield finding(NEARER_DESTINATION_RULE, where, str(rule.meta.ref), **words)


CHECK = Check(NEARER_DESTINATION_RULE, check)
