"""Virtual hosts of gateways in which lanes' rules and users' routes stand together.

Comes in: a RoutePlan. Goes out: each such virtual host. The rules are in the order in which
proxies hold them: objects by age, those that take any request last.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from laneway.core.routing.plan.route_plan import RoutePlan, Rule

LANE_KINDS = frozenset({"ASMSwimLane", "ASMSwimLaneGroup"})


class SharedHost(Struct, frozen=True):
    """A domain of a gateway's port. `gateway` names the Gateways that open the port."""

    gateway: str
    domain: str
    rules: tuple[Rule, ...]


def is_of_lanes(rule: Rule) -> bool:
    """Whether a lane or a lane group asked for the rule."""
    return rule.origin.ref.kind in LANE_KINDS


def shared_hosts(plan: RoutePlan) -> Iterator[SharedHost]:
    """Yield the virtual hosts with rules of both kinds."""
    for port in plan.gateway_ports:
        for host in port.virtual_hosts:
            if len({is_of_lanes(rule) for rule in host.written}) == 2:
                name = f"port {port.port} of {', '.join(port.gateways)}"
                yield SharedHost(name, host.domain, host.written)
