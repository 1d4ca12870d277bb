"""Where requests come in: each rule of a gateway, and what a request that meets it comes to.

Comes in: the mesh, its plan and a gateway's port. Goes out: by rule the walk's decision for a
request with what the rule asks for. A request that another rule takes is nothing of this one; where
no simple one can be made up, the rule is followed as if one had come.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.matching import Match, StringMatch
from laneway.core.routing.ask.reach import lane_of_share
from laneway.core.routing.ask.request import Request, unmet
from laneway.core.routing.ask.tagging import tagged
from laneway.core.routing.ask.walk import Sight, Target, decide, enter
from laneway.core.routing.plan.gateways import gateway_scope
from laneway.core.routing.plan.route_plan import Forward, GatewayPort, RoutePlan, Rule, VirtualHost


class Entering(Struct, frozen=True):
    """One part of a rule's requests: where they come to, and the lane that they are then of."""

    rule: Rule
    target: Target
    lane: str


def entering(mesh: Mesh, plan: RoutePlan, port: GatewayPort) -> Iterator[Entering]:
    """Yield what comes in at a gateway's port, each rule once however many conditions it has."""
    for host in port.virtual_hosts:
        for rule in host.rules:
            if isinstance(rule.action, Forward):
                yield from _by_rule(mesh, plan, port, host, rule)


def _by_rule(
    mesh: Mesh, plan: RoutePlan, port: GatewayPort, host: VirtualHost, rule: Rule
) -> Iterator[Entering]:
    shares = rule.action.shares if isinstance(rule.action, Forward) else ()
    targets = _targets(mesh, plan, port, host, rule)
    for share, target in zip(shares, targets, strict=False):
        yield Entering(rule, target, target.lane or lane_of_share(mesh, rule, share))


def _targets(
    mesh: Mesh, plan: RoutePlan, port: GatewayPort, host: VirtualHost, rule: Rule
) -> tuple[Target, ...]:
    """Return where a rule's requests go; nothing where other rules take them before."""
    is_taken = False
    for match in rule.matches or (Match(),):
        request = _meeting(match, host.domain)
        decision = enter(mesh, plan, request, port)
        if decision.rule is rule:
            return decision.targets
        is_taken = is_taken or unmet(match, tagged(request, port.tagging)) is None
    if is_taken:
        return ()
    sight = Sight(mesh, plan, gateway_scope(port.selector))
    plain = Request(host=host.domain)
    return decide(sight, (replace(rule, matches=()),), plain).targets


def _meeting(match: Match, domain: str) -> Request:
    """Return a request that has what a match asks for, as far as that is written out."""
    path = _value(match.uri, "/")
    host = domain.replace("*", "any", 1) if domain != "*" else "any"
    headers = tuple((name, _value(wanted, "any")) for name, wanted in match.headers)
    return Request(host, path, _value(match.method, "GET"), "http", headers)


def _value(wanted: StringMatch | None, otherwise: str) -> str:
    return wanted.value if wanted and wanted.kind in ("exact", "prefix") else otherwise
