"""LW1334: a server of a gateway that Istio skips, with routes into lanes bound to it."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.gateway import SERVER_SKIPPED
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.ask.redirects import groups_led_to
from laneway.core.routing.plan.delegates import Delegates
from laneway.core.routing.plan.gateways import bound_to, openings, told_apart
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.routing.plan.written import References
from laneway.core.rules.check import Check
from laneway.core.rules.questions.words import counted


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Find servers that share a host with an earlier one where both have a tls block."""
    reading = None
    for opening, before in told_apart(openings(mesh, plan.entries)):
        server, gateway = opening.server, opening.gateway
        if before is None or server is None or gateway is None:
            continue
        reading = reading or References(mesh, Delegates.of(mesh))
        rules = [rule for one in bound_to(reading, plan.entries, opening) for rule in one.rules]
        if groups := groups_led_to(mesh, rules):
            words = {
                "server": server.port_name or server.port,
                "gateway": opening.name,
                "groups": counted("group", list(groups)),
                "port": server.port,
                "other": before.name,
            }
            place = gateway.meta.place("spec", "servers", server.index, "hosts")
            yield finding(SERVER_SKIPPED, place, str(gateway.meta.ref), **words)


CHECK = Check(SERVER_SKIPPED, check)
