"""What is told of a journey in a permissive group: who stands in for a lane, and who lost it.

Comes in: a mesh, and a step or one outcome of it. Goes out: plain objects for the view, or None
where there is nothing to tell, as everywhere in strict groups.
"""

from __future__ import annotations

from typing import Any

from laneway.core.mesh.membership import owner
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import Host, LaneName
from laneway.core.routing.ask.journey import JourneyStep
from laneway.core.routing.ask.passing import carrier_text
from laneway.core.routing.ask.walk import Target
from laneway.core.rules.questions.words import short_host

View = dict[str, Any]


def standing_in(mesh: Mesh, target: Target) -> View | None:
    """Say which lane answers instead of a request's own, and why."""
    host = target.destination.host
    group = owner(mesh, host)
    lane = group.lane(target.lane) if group else None
    if group is None or lane is None or group.baseline is None:
        return None
    answering = group.resolve(lane.name, host)
    if answering == lane.name:
        return None
    lacks = "has no" if host in lane.undeclared else "has no ready pod of"
    part = "the baseline" if answering == group.baseline else "the service's target"
    service = short_host(host)
    why = f"lane {lane.name} {lacks} {service}: {part} {answering} answers"
    return {"lane": str(lane.name), "answering": str(answering), "why": why}


def lost_at(mesh: Mesh, step: JourneyStep) -> View | None:
    """Say which lane a call left behind: the caller was asked in it, and its call is in another."""
    rule = step.decision.rule
    group = owner(mesh, Host(step.host))
    if rule is None or rule.by not in ("caller", "anyone") or group is None:
        return None
    if group.propagation is None or rule.lane == step.came_in:
        return None
    if group.lane(step.came_in) is None:
        return None
    header = carrier_text(group.propagation)
    why = f"{step.caller} does not pass on {header}"
    return {"lane": str(LaneName(step.came_in)), "why": why}
