"""LW1431: a user's DestinationRule for some callers hides subsets of lanes from them.

https://istio.io/latest/docs/reference/config/networking/destination-rule/#DestinationRule
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from laneway.core.findings.codes.selecting import NARROW_RULE_HIDES_LANES
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import Host
from laneway.core.resources.istio.networking import DestinationRule
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.rules.check import Check
from laneway.core.rules.questions.narrow_rules import narrow_rules, selected_by
from laneway.core.rules.questions.words import labels_text, listing, short_host


class _Hidden(Struct):
    """What a rule hides: subsets of hosts."""

    rule: DestinationRule
    subsets: dict[str, None] = {}
    hosts: dict[Host, None] = {}


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Find them; a rule that selects none of the pods in the input hides nothing."""
    found: dict[Ref, _Hidden] = {}
    for host, rule, view in narrow_rules(mesh, plan):
        declared = {subset.name for subset in view.subsets}
        wanted = plan.lane_subsets[host].subsets
        lacking = [one.name for one in wanted if one.name not in declared]
        if lacking:
            hidden = found.setdefault(rule.meta.ref, _Hidden(rule))
            hidden.hosts[host] = None
            hidden.subsets |= dict.fromkeys(lacking)
    for ref, hidden in found.items():
        pods = selected_by(mesh, hidden.rule)
        space, labels = ref.namespace, labels_text(hidden.rule.workload_selector or ())
        if pods or not mesh.workloads:
            words = {
                "user": ref,
                "hosts": listing(map(short_host, hidden.hosts)),
                "lanes": listing(hidden.subsets),
                "callers": listing(pods, limit=2) if pods else f"pods in {space} with {labels}",
            }
            path = ("spec", "workloadSelector")
            yield finding(NARROW_RULE_HIDES_LANES, hidden.rule.meta.place(*path), str(ref), **words)


CHECK = Check(NARROW_RULE_HIDES_LANES, check, of_calls=True)
