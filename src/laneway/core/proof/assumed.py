"""What a proof takes for granted of programs and filters, which routes do not show.

Comes in: an implementation. Goes out: notes. Routes are proven to keep each request in the lane it
carries; that it carries one still is up to the program before it, and to the lane filter where a
group asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.superseded import MANAGED_BY
from laneway.core.proof.verdict import Note
from laneway.core.resources.istio.extensions import ProxyExtension
from laneway.core.routing.ask.passing import carrier_text
from laneway.core.routing.plan.route_plan import RoutePlan


def assumed(mesh: Mesh, plan: RoutePlan) -> Iterator[Note]:
    """Yield what has to hold beside the routes, for each permissive group and tagging."""
    filtered = _has_filter(mesh)
    for group in mesh.groups:
        if group.propagation is None or group.held or not group.lanes:
            continue
        header = carrier_text(group.propagation)
        place = group.group.meta.place("spec", "permissiveModeConfiguration", "traceHeader")
        what = f"programs that answer for another lane of group {group.name} pass on {header}"
        yield Note(f"{what}; laneway check names them (LW1809)", place)
        if group.propagation.carrier == "trace id" and not filtered:
            what = f"the lane filter beside every proxy keeps lanes under {header}"
            yield Note(f"{what}; the input holds no plugin for it", place)
    standing = {rule for port in plan.gateway_ports for rule in port.tagging}
    for tagging in () if filtered else mesh.taggings:
        if not standing.isdisjoint(tagging.rules):
            what = f"the lane filter at the gateway tags users by {tagging.meta.ref}"
            place = tagging.meta.place("spec", "rules")
            yield Note(f"{what}; the input holds no plugin for it", place)


def _has_filter(mesh: Mesh) -> bool:
    """Whether the input holds the plugins that bring the lane filter to a mesh of Istio."""
    return any(
        isinstance(thing, ProxyExtension) and thing.meta.labels.get(MANAGED_BY) == "laneway"
        for thing in mesh.snapshot.resources
    )
