"""LW1208: two lanes of a group of which one contains the pods of the other.

Said only where it is certain: every pair of labels of one selector stands in the other. Selectors
that merely might meet in one pod are judged by the pods (LW1503).
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.lanes import OVERLAPPING_SELECTORS
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.membership import lanes_of
from laneway.core.mesh.mesh import Group, GroupLane, Mesh
from laneway.core.rules.check import Check


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find lanes whose pods are all pods of another lane as well."""
    for group in mesh.groups:
        for inner, outer in containments(group):
            place = inner.lane.meta.place("spec", "labelSelector")
            words = {"inner": inner.name, "outer": outer.name}
            yield finding(OVERLAPPING_SELECTORS, place, str(inner.lane.meta.ref), **words)


def containments(group: Group) -> Iterator[tuple[GroupLane, GroupLane]]:
    """Yield (inner, outer) of each pair of lanes; of equal selectors the younger lane is inner."""
    age = {lane.name: position for position, lane in enumerate(group.lanes)}
    for inner in group.lanes:
        for outer in lanes_of(group, inner.selector):
            equal = outer.selector == inner.selector
            if outer.name != inner.name and not (equal and age[outer.name] > age[inner.name]):
                yield inner, outer


CHECK = Check.of_mesh(OVERLAPPING_SELECTORS, check)
