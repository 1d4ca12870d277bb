"""LW1810: what only the lane filter can do, which a mesh of Istio has to be given."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.permissive import FILTER_NEEDED
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.propagation import LISTS
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.rules.check import Check


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Find groups that go by a trace's id or keep baggage in order, and hash tagging."""
    for group, way in mesh.traveling_by("trace id"):
        meta = group.group.meta
        place = meta.place("spec", "permissiveModeConfiguration", "traceHeader")
        what = f"lanes of group {group.name} go by the trace in {way.trace_header}"
        yield finding(FILTER_NEEDED, place, str(meta.ref), what=what)
    for group, way in mesh.traveling_by(*LISTS.values()):
        if way.tidies or way.second or way.entry_trace is not None:
            meta = group.group.meta
            place = meta.place("spec", "permissiveModeConfiguration", "traceHeader")
            what = f"the entry makes traces for group {group.name}"
            if way.second:
                what = f"lanes of group {group.name} go by the trace in {way.second} as well"
            elif way.tidies:
                what = f"baggage that carries lanes of group {group.name} is put in order"
            yield finding(FILTER_NEEDED, place, str(meta.ref), what=what)
    standing = {rule for port in plan.gateway_ports for rule in port.tagging}
    for tagging in mesh.taggings:
        if not standing.isdisjoint(tagging.rules):
            place = tagging.meta.place("spec", "rules")
            what = f"users are tagged by {tagging.meta.namespace}/{tagging.meta.name}"
            yield finding(FILTER_NEEDED, place, str(tagging.meta.ref), what=what)


CHECK = Check(FILTER_NEEDED, check)
