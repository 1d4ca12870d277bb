"""What only layout scoped prints: rules for single callers, and routes that do not tell them apart.

Comes in: the plan and what is decided of each service. Goes out: DestinationRules with a
`workloadSelector`, and VirtualServices with one route for each port, which stay as they are
whatever lanes come and go.
https://istio.io/latest/docs/reference/config/networking/destination-rule/#DestinationRule
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from laneway.core.mesh.destination_rules import exported
from laneway.core.resources.istio.networking import DestinationRule, SubsetRule
from laneway.core.routing.plan.route_plan import Forward, Hop, Rule

ONE_ROUTE = "lanes"
"""The name of the route of a port, before the port's number where there are several."""


def rule_spec(rule: DestinationRule) -> dict[str, Any]:
    """Spell a rule."""
    spec: dict[str, Any] = {"host": rule.host}
    if rule.workload_selector:
        spec["workloadSelector"] = {"matchLabels": dict(rule.workload_selector)}
    if (spaces := exported(rule)) is not None:
        spec["exportTo"] = list(spaces)
    if rule.traffic_policy:
        spec["trafficPolicy"] = rule.traffic_policy
    if rule.subsets:
        spec["subsets"] = [_subset(subset) for subset in rule.subsets]
    return spec


def _subset(subset: SubsetRule) -> dict[str, Any]:
    body: dict[str, Any] = {"name": subset.name, "labels": dict(subset.labels)}
    return body | ({"trafficPolicy": subset.traffic_policy} if subset.traffic_policy else {})


def one_route(hop: Hop, subset: str) -> Hop:
    """Return a hop of a strict group whose only rule leads everyone to the group's one subset."""
    last = hop.rules[-1]
    ported = any(match.port is not None for match in last.matches)
    return replace(hop, rules=(_to(last, subset, f"-{hop.port}" if ported else ""),))


def _to(last: Rule, subset: str, suffix: str) -> Rule:
    if not isinstance(last.action, Forward):
        return last
    shares = tuple(
        replace(share, destination=replace(share.destination, subset=subset))
        for share in last.action.shares
    )
    return replace(last, name=f"{ONE_ROUTE}{suffix}", action=Forward(shares))
