"""Who stands in for a lane at a service while none of its pods answers.

Comes in: a group, and what callers see of a service. Goes out: by subset those whose pods then
answer, in order. It is decided here alone and is part of the plan: emitters spell it, reach and
rules read it. Nobody stands in in groups that do not fall back, nor for a subset that a user gave
to other pods.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from laneway.core.mesh.mesh import Group
from laneway.core.mesh.names import Host, LaneName
from laneway.core.routing.plan.hops import Answers, LaneCallers
from laneway.core.routing.plan.lane_subsets import Subset


def stand_ins(group: Group, host: Host) -> tuple[LaneName, ...]:
    """Return the lanes that answer at a service for one all of whose pods are down, in order.

    A lane that is one of them is there for all others.
    """
    return group.answering_last(host) if group.falls_back else ()


def by_subset(
    subsets: Iterable[Subset],
    lanes: Iterable[LaneCallers],
    answers: Answers,
    others: tuple[LaneName, ...],
) -> Mapping[str, tuple[str, ...]]:
    """Return for each subset that holds a lane's own pods the subsets of its stand-ins.

    `others` are the stand-ins of the service. A subset that is named like a lane and has the labels
    neither of that lane nor of the one that answers for it was written by the user, and nobody
    stands behind it.
    """
    seen = {one.name: one.labels for one in subsets}
    selectors = {lane.name: lane.selector for lane in lanes}
    own = {name: labels for name, labels in selectors.items() if seen.get(name) == labels}
    found = {}
    for subset, labels in seen.items():
        named = LaneName(subset)
        meant = answers.get(named, named) if named in selectors else None
        alike = (name for name in own if own[name] == labels and meant in (None, name))
        lane = named if named in own else next(alike, None)
        if lane is not None:
            found[subset] = tuple(one for one in others if one in own and one != lane)
    return found
