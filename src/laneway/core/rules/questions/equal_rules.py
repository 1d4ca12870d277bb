"""Entry rules of several lanes that ask for the same requests, so that one lane takes them all.

Comes in: a mesh. Goes out: per group the rules with equal hosts and matches, none of which asks for
a header. A console that adds the lane's header to each rule shows rules that look alike; files
written after its pictures are alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from laneway.core.mesh.mesh import Group, GroupLane, Mesh
from laneway.core.resources.lanes.swim_lanes import IngressRule
from laneway.core.routing.plan.route_plan import Origin


class Alike(Struct, frozen=True):
    """Rules of different lanes of a group that take the same requests; the first takes all."""

    group: Group
    rules: tuple[tuple[GroupLane, IngressRule], ...]

    @property
    def origins(self) -> frozenset[Origin]:
        """Where the rules are written, as rules of the plan say it."""
        return frozenset(
            Origin(lane.lane.meta.ref, ("spec", "ingressRules", rule.index))
            for lane, rule in self.rules
        )


def equal_rules(mesh: Mesh) -> Iterator[Alike]:
    """Yield the sets of rules that name no lane and are the same for several lanes."""
    for group in mesh.groups:
        if group.held or group.group.strategy == "weighted":
            continue
        found: dict[tuple[object, ...], list[tuple[GroupLane, IngressRule]]] = {}
        for lane in group.lanes:
            for rule in lane.rules:
                if rule.online and rule.valid and rule.destination and not rule.match.headers:
                    key = frozenset(rule.hosts or ("*",)), rule.match
                    found.setdefault(key, []).append((lane, rule))
        for rules in found.values():
            first = {lane.name: (lane, rule) for lane, rule in reversed(rules)}
            if len(first) > 1:
                yield Alike(group, tuple(reversed(first.values())))


def alike_by_origin(mesh: Mesh) -> Mapping[Origin, Alike]:
    """Return for each rule of such a set, by where it is written, its set."""
    return {origin: alike for alike in equal_rules(mesh) for origin in alike.origins}
