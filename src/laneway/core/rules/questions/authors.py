"""Who wrote a rule of the plan: the object, its age, its name in words, its place in a file.

Comes in: a Mesh and rules of its plan. Goes out: the lane, group or VirtualService behind a rule's
origin; of a rule that is delegated to, the root that does. Rules of Istio's own (the default route
of a service) have no author.
"""

from __future__ import annotations

from laneway.core.findings.place import Place
from laneway.core.mesh.age import HasMeta
from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.route_plan import Rule
from laneway.core.routing.plan.rule_names import RuleNames
from laneway.core.rules.questions.ages import doubt


class Authors:
    """The objects of a mesh that rules come from, by their identity."""

    def __init__(self, mesh: Mesh) -> None:
        """Index lanes, groups and the user's VirtualServices."""
        self._things: dict[Ref, HasMeta] = {
            service.meta.ref: service for service in mesh.virtual_services
        }
        self._group_of: dict[Ref, HasMeta] = {}
        self._names = RuleNames(mesh)
        for group in mesh.groups:
            self._things[group.group.meta.ref] = group.group
            for lane in group.lanes:
                self._things[lane.lane.meta.ref] = lane.lane
                self._group_of[lane.lane.meta.ref] = group.group

    def place(self, rule: Rule) -> Place:
        """Return where a rule was written."""
        origin = rule.via or rule.origin
        return self._things[origin.ref].meta.place(*origin.path)

    def say(self, rule: Rule) -> str:
        """Name a rule as every command does."""
        return self._names.of(rule)

    def is_doubtful(self, one: Rule, other: Rule) -> bool:
        """Whether it is not sure which of two rules is the older.

        Rules of two groups are ordered by their groups, rules of one group by their lanes.
        """
        here, there = (one.via or one.origin).ref, (other.via or other.origin).ref
        if here == there:
            return False
        first, second = self._group(here), self._group(there)
        if first is second:
            first, second = self._things[here], self._things[there]
        return doubt((first, second))

    def _group(self, ref: Ref) -> HasMeta:
        return self._group_of.get(ref, self._things[ref])
