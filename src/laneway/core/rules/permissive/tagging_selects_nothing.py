"""LW1807: hash tagging that no gateway's proxies carry out."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.permissive import TAGGING_SELECTS_NOTHING
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.rules.check import Check
from laneway.core.rules.questions.words import labels_text, listing


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Find taggings whose rules stand at no gateway port."""
    standing = {rule for port in plan.gateway_ports for rule in port.tagging}
    known = dict.fromkeys(
        f"`{labels_text(port.selector)}` in namespace {name.partition('/')[0]}"
        for port in plan.gateway_ports
        for name in port.gateways
    )
    for tagging in mesh.taggings if plan.gateway_ports else ():
        if tagging.rules and standing.isdisjoint(tagging.rules):
            words = {
                "name": f"{tagging.meta.namespace}/{tagging.meta.name}",
                "selector": labels_text(tagging.workload_selector),
                "known": listing(known),
            }
            place = tagging.meta.place("spec", "workloadSelector")
            yield finding(TAGGING_SELECTS_NOTHING, place, str(tagging.meta.ref), **words)


CHECK = Check(TAGGING_SELECTS_NOTHING, check, missing=True)
