"""LW1808: a tag of hash tagging that no route of the gateway asks for."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.permissive import TAG_NOBODY_ASKS_FOR
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.lanes.tagging import HashRule
from laneway.core.routing.ask.request import meets_string
from laneway.core.routing.plan.route_plan import GatewayPort, RoutePlan
from laneway.core.rules.check import Check


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Find tags whose users meet no route made for them."""
    for tagging in mesh.taggings:
        for rule in tagging.rules:
            ports = [port for port in plan.gateway_ports if rule in port.tagging]
            for place, (size, tag) in enumerate(rule.partitions):
                if size and ports and not any(_asks(port, rule, tag) for port in ports):
                    words = {"tag": tag, "header": rule.tag_header, "rule": rule.name or rule.index}
                    path = ("rules", rule.index, "partitions", place, "tagValue")
                    at = tagging.meta.place("spec", *path)
                    yield finding(TAG_NOBODY_ASKS_FOR, at, str(tagging.meta.ref), **words)


def _asks(port: GatewayPort, rule: HashRule, tag: str) -> bool:
    return any(
        name == rule.tag_header and meets_string(condition, tag)
        for host in port.virtual_hosts
        for route in host.written
        for match in route.matches
        for name, condition in match.headers
    )


CHECK = Check(TAG_NOBODY_ASKS_FOR, check)
