"""LW1218: an outcome that rests on where objects stand in files, not on their age.

Two outcomes rest on age order: which lane takes callers that are in none, and which of two entry
rules decides when a request could meet both. Where a creationTimestamp is missing or doubled, files
and cluster may differ, and that is said only if something real depends on it.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.lanes import ORDER_BY_POSITION
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.routing.plan import Origin, RoutePlan
from laneway.core.rules.check import Check
from laneway.core.rules.questions.ages import doubt
from laneway.core.rules.questions.authors import Authors
from laneway.core.rules.questions.members import Lanes, pod_name
from laneway.core.rules.questions.overlap import Pair, overlapping
from laneway.core.rules.questions.words import listing


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Find outcomes that a cluster may decide otherwise."""
    for group in mesh.groups:
        unsure = doubt(lane.lane for lane in group.lanes)
        if unsure and not group.held and not group.group.is_permissive:
            yield from _default_lane(mesh, group)
    authors = Authors(mesh)
    told: set[tuple[Origin, Origin]] = set()
    for entry in plan.entries:
        for pair in overlapping(entry.rules):
            origins = (pair.first.origin, pair.second.origin)
            if origins not in told:
                told.add(origins)
                yield from _rules(authors, pair)


def _default_lane(mesh: Mesh, group: Group) -> Iterator[Finding]:
    lanes = Lanes(group)
    free = [workload for workload in mesh.workloads if not lanes.of(workload.labels)]
    if not free:
        return
    first, second = group.lanes[:2]
    pods = listing([pod_name(workload) for workload in free], limit=3)
    words = {
        "what": f"calls of {pods}, which are in no lane, go to lane {first.name}",
        "first": f"lane {first.name}",
        "second": f"lane {second.name}",
        "mend": "Give these pods the labels of a lane; then nothing depends on the order.",
    }
    meta = first.lane.meta
    yield finding(ORDER_BY_POSITION, meta.place("metadata", "name"), str(meta.ref), **words)


def _rules(authors: Authors, pair: Pair) -> Iterator[Finding]:
    if authors.is_doubtful(pair.first, pair.second):
        first, second = authors.say(pair.first), authors.say(pair.second)
        words = {
            "what": f"{first} decides requests that {second} matches too",
            "first": "the former",
            "second": "the latter",
            "mend": "Make the two matches exclude each other, for example by a header.",
        }
        subject = str(pair.second.origin.ref)
        yield finding(ORDER_BY_POSITION, authors.place(pair.second), subject, **words)


CHECK = Check(ORDER_BY_POSITION, check)
