"""The answer to an inquiry of where a request goes: its journey, with the lines that decide it.

Comes in: a mesh, its plan and an inquiry. Goes out: the view of the journey, each deciding rule
with the lines of the file that it was written in; or why the inquiry has no answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import structs, to_builtins

from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.routing.ask.inquiry import Inquiry, Unasked, beginning
from laneway.core.routing.ask.journey import JourneyStep, journey
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.rules.questions.carrying import losing
from laneway.core.sdks.prediction import Prediction
from laneway.core.views.journey import JourneyView
from laneway.core.views.programs import written_at

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
    losers = _losers(mesh) if inquiry.forgets is None else {}
    forgets = inquiry.forgets if inquiry.forgets is not None else tuple(losers)
    step = journey(mesh, plan, request, start, forgets)
    found = (
        views.of(step) if isinstance(start, Workload) else views.at_gateway(step, start, request)
    )
    met = {pod for pod in _pods(step) if pod in losers}
    said = [_lost(ref, why) for ref, why in losers.items() if ref in met]
    return {**found, "predictedToForget": said} if said else found


def _losers(mesh: Mesh) -> dict[str, Prediction]:
    """Return the workloads that are predicted to lose the lane, by their names with the kind."""
    found = (one for group in mesh.groups for one in losing(mesh, group))
    return {str(workload.meta.ref): why for workload, why in found}


def _pods(step: JourneyStep) -> Iterator[str]:
    """Yield the workloads whose programs call on in a journey."""
    for target in step.decision.targets if step.next else ():
        yield from (str(pod.meta.ref) for pod in target.pods)
    for further in step.next:
        yield from _pods(further)


def _lost(ref: str, why: Prediction) -> View:
    at = written_at(why.place)
    return {"workload": ref, "because": why.words, **({"at": at} if at else {})}


def inquiry_view(inquiry: Inquiry) -> View:
    """Return an inquiry as plain values, which `msgspec.convert` makes an Inquiry again."""
    found: View = to_builtins(structs.asdict(inquiry))
    return found
