"""LW1328: hosts of a gateway to which no one namespace can bind the entry of lanes."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.gateway import ENTRY_NOT_ADMITTED
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan.admitted import lacking
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.rules.check import Check
from laneway.core.rules.questions.words import counted, listing


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Find entries that get no route on some of the hosts they ask for."""
    for entry in plan.entries:
        gateway = mesh.gateways.get(entry.gateway)
        left = lacking(gateway, entry.host, entry.namespace) if gateway else []
        first = mesh.group(entry.groups[0])
        if left and first is not None:
            meta = first.group.meta
            words = {
                "groups": counted("group", entry.groups),
                "gateway": entry.gateway,
                "hosts": listing(dict.fromkeys(left)),
                "namespace": entry.namespace,
            }
            place = meta.place("spec", "ingress", "gateway")
            yield finding(ENTRY_NOT_ADMITTED, place, str(meta.ref), **words)


CHECK = Check(ENTRY_NOT_ADMITTED, check)
