"""LW1407: a user's DestinationRule declares a lane's subset with other labels.

Not said where both selections are known to be the same pods: two labels may well name one version.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.routing import SUBSET_WITH_OTHER_LABELS
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.destination_rules import rule_host
from laneway.core.mesh.members import meets
from laneway.core.mesh.membership import planning_owner
from laneway.core.mesh.mesh import Mesh, MeshService
from laneway.core.resources.matching import Labels
from laneway.core.rules.check import Check
from laneway.core.rules.questions.words import labels_text


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find subsets that are named like a lane and are not the lane's pods."""
    for rule in mesh.destination_rules:
        host = rule_host(rule)
        group = planning_owner(mesh, host)
        for subset in rule.subsets if group else ():
            lane = group.lane(subset.name) if group else None
            if lane is None or _same(mesh.services[host], subset.labels, lane.selector):
                continue
            words = {
                "subset": subset.name,
                "user": rule.meta.ref,
                "labels": labels_text(subset.labels),
                "lane": lane.name,
                "wanted": labels_text(lane.selector),
            }
            place = rule.meta.place("spec", "subsets", subset.index, "labels")
            yield finding(SUBSET_WITH_OTHER_LABELS, place, str(rule.meta.ref), **words)


def _same(service: MeshService, one: Labels, other: Labels) -> bool:
    """Whether two selectors are equal, or are known to meet the same pods."""
    if one == other:
        return True
    first = [meets(one, workload.labels) for workload in service.workloads]
    second = [meets(other, workload.labels) for workload in service.workloads]
    return any(first) and first == second


CHECK = Check.of_mesh(SUBSET_WITH_OTHER_LABELS, check)
