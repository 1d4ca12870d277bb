"""The user's DestinationRules for some callers alone.

Comes in: a mesh and its plan. Goes out: those that decide what somebody sees of a host, each with
what its callers see, and the pods in the input whose proxies it selects.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.mesh.destination_rules import merged_seen, selects
from laneway.core.mesh.mesh import Caller, Mesh
from laneway.core.mesh.names import Host
from laneway.core.resources.istio.networking import DestinationRule
from laneway.core.routing.plan.lane_subsets import SubsetView
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.rules.questions.members import pod_name
from laneway.core.rules.questions.sidecars import callers
from laneway.core.rules.questions.user_rules import rules_by_host


def narrow_rules(mesh: Mesh, plan: RoutePlan) -> Iterator[tuple[Host, DestinationRule, SubsetView]]:
    """Yield the rules that decide what callers they select see of a lane host, and what that is.

    Of rules that are merged the oldest stands for all.
    """
    written = rules_by_host(mesh)
    for host in plan.lane_subsets:
        home = mesh.services[host].namespace
        for view in plan.views.get(host, ()):
            if view.selector is not None:
                seen = merged_seen(written.of(host), host, home, view.namespace)
                oldest = (one.rules[0] for one in seen if one.selector == view.selector)
                yield from ((host, rule, view) for rule in oldest)


def selected_by(mesh: Mesh, rule: DestinationRule) -> list[str]:
    """Return the pods in the input with a proxy that carry what a rule asks for."""
    return [
        pod_name(pod)
        for pod, scope in callers(mesh)
        if scope.namespace == rule.meta.namespace
        and selects(rule.workload_selector, Caller.of(pod))
    ]
