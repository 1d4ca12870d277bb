"""The answer to an inquiry of where a request goes: its journey, with the lines that decide it.

Comes in: a mesh, its plan and an inquiry. Goes out: the view of the journey, each deciding rule
with the lines of the file that it was written in; or why the inquiry has no answer.
"""

from __future__ import annotations

from typing import Any

from msgspec import structs, to_builtins

from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.routing.ask.inquiry import Inquiry, Unasked, beginning
from laneway.core.routing.ask.journey import journey
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.views.journey import JourneyView

View = dict[str, Any]


def explained(
    mesh: Mesh, plan: RoutePlan, inquiry: Inquiry, *, quotes: bool = False
) -> View | Unasked:
    """Return the journey that an inquiry asks for. With `quotes` what decides has its lines."""
    start = beginning(mesh, plan, inquiry)
    if isinstance(start, Unasked):
        return start
    views = JourneyView(mesh, plan, quotes=quotes)
    request = inquiry.request
    step = journey(mesh, plan, request, start, inquiry.forgets)
    if isinstance(start, Workload):
        return views.of(step)
    return views.at_gateway(step, start, request)


def inquiry_view(inquiry: Inquiry) -> View:
    """Return an inquiry as plain values, which `msgspec.convert` makes an Inquiry again."""
    found: View = to_builtins(structs.asdict(inquiry))
    return found
