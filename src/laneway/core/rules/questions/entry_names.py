"""How the lanes of a group are asked for at a gateway: by their names in one header, mostly.

Comes in: a group. Goes out: its entry rules that count, and for each lane whether it is asked for
by its own name. What most lanes do is what the group's authors mean, so that one that does
otherwise can be told.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.mesh.mesh import Group, GroupLane
from laneway.core.resources.lanes.swim_lanes import IngressRule
from laneway.core.resources.matching import StringMatch

ENOUGH = 2
"""So many lanes that do alike say what is usual; one may have its own reasons."""


def counting_rules(lane: GroupLane) -> Iterator[IngressRule]:
    """Yield the entry rules of a lane that become routes."""
    return (rule for rule in lane.rules if rule.online and rule.valid and rule.destination)


def name_asked(rule: IngressRule, header: str) -> str:
    """Return the very value that a rule asks a header for, empty if it asks for none."""
    condition = dict(rule.match.headers).get(header, StringMatch("present"))
    return condition.value if condition.kind == "exact" else ""


def is_asked_by_name(lane: GroupLane, header: str) -> bool:
    """Whether some rule of a lane asks for the lane's own name."""
    return any(name_asked(rule, header) == lane.name for rule in counting_rules(lane))


def by_name(group: Group, header: str) -> tuple[GroupLane, ...]:
    """Return the lanes that are asked for by their own names; none of a weighted group."""
    if group.held or group.group.strategy == "weighted":
        return ()
    return tuple(lane for lane in group.lanes if is_asked_by_name(lane, header))
