"""LW1405: a user's DestinationRule that callers of a namespace find before the lanes' one.

https://istio.io/latest/docs/ops/best-practices/traffic-management/#cross-namespace-configuration
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.routing import NEARER_DESTINATION_RULE
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan import RoutePlan
from laneway.core.rules.check import Check
from laneway.core.rules.questions.user_rules import rules_by_host
from laneway.core.rules.questions.words import short_host


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Find the users' rules beside which the lanes' rule has to stand once more."""
    written = rules_by_host(mesh)
    for host in written.hosts(plan.lane_subsets):
        _home, *beside = plan.lane_subsets[host].places
        for place in beside:
            nearer = next(
                rule for rule in written.of(host) if rule.meta.namespace == place.namespace
            )
            words = {
                "user": nearer.meta.ref,
                "namespace": place.namespace,
                "host": short_host(host),
            }
            where = nearer.meta.place("spec", "host")
            yield finding(NEARER_DESTINATION_RULE, where, str(nearer.meta.ref), **words)


CHECK = Check(NEARER_DESTINATION_RULE, check)
