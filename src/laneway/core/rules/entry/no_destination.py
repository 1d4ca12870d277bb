"""LW1324: an entry rule or weight that does not say which service it leads to."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.entry import NO_DESTINATION
from laneway.core.findings.finding import Finding, finding
from laneway.core.findings.place import Place
from laneway.core.mesh.mesh import GroupLane, Mesh
from laneway.core.routing.plan.rule_names import entry_rule_name
from laneway.core.rules.check import Check


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find them among what each group's strategy uses."""
    for group in mesh.groups:
        for lane in group.lanes:
            if group.group.strategy == "weighted":
                yield from _weight(lane)
            else:
                yield from _rules(lane)


def _rules(lane: GroupLane) -> Iterator[Finding]:
    for rule in lane.rules:
        if rule.valid and rule.online and rule.destination is None:
            place = lane.lane.meta.place("spec", "ingressRules", rule.index)
            yield _found(lane, place, entry_rule_name(lane.name, rule))


def _weight(lane: GroupLane) -> Iterator[Finding]:
    if lane.weight is not None and lane.weight.destination is None and lane.weight.weight > 0:
        place = lane.lane.meta.place("spec", "ingressWeight")
        yield _found(lane, place, f"the weight of lane {lane.name}")


def _found(lane: GroupLane, place: Place, owner: str) -> Finding:
    return finding(NO_DESTINATION, place, str(lane.lane.meta.ref), owner=owner)


CHECK = Check.of_mesh(NO_DESTINATION, check)
