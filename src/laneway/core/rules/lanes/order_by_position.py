"""LW1218: an outcome that rests on where objects stand in files, not on their age.

Four outcomes rest on age order: which group has a service that two ask for, which lane takes
callers that are in none, which lane is a baseline that nobody named, and which of two entry rules
decides when a request could meet both (LW1226 speaks of rules that are the same).
What a browser is led by stands in front of all rules, whatever their age.
Where a creationTimestamp is missing or doubled, files and cluster may differ, and that is said only
if something real depends on it.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.lanes import ORDER_BY_POSITION
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.membership import other_owner
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.mesh.names import service_host
from laneway.core.routing.plan.entry_cookies import BROWSER_MEANS
from laneway.core.routing.plan.route_plan import Origin, RoutePlan
from laneway.core.rules.check import Check
from laneway.core.rules.permissive.baseline_by_age import names_baseline
from laneway.core.rules.questions.ages import doubt
from laneway.core.rules.questions.authors import Authors
from laneway.core.rules.questions.equal_rules import alike_by_origin
from laneway.core.rules.questions.members import pod_name, strangers
from laneway.core.rules.questions.overlap import Pair, overlapping
from laneway.core.rules.questions.words import listing


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Find outcomes that a cluster may decide otherwise."""
    for group in mesh.groups:
        yield from _services(mesh, group)
        if not group.held:
            yield from _baseline(group) if group.baseline else _default_lane(mesh, group)
    authors = Authors(mesh)
    told: set[tuple[Origin, Origin]] = set()
    alike = alike_by_origin(mesh)
    for entry in plan.entries:
        for pair in overlapping([rule for rule in entry.rules if rule.by not in BROWSER_MEANS]):
            origins = (pair.first.origin, pair.second.origin)
            one, other = (alike.get(origin) for origin in origins)
            if origins not in told and (one is None or one is not other):
                told.add(origins)
                yield from _rules(authors, pair)


def _services(mesh: Mesh, group: Group) -> Iterator[Finding]:
    """Find the first service that another group has only because it stands before this one."""
    for service in group.group.services:
        older = other_owner(mesh, group, service_host(service.name, service.namespace))
        if older is None or not doubt((older.group, group.group)):
            continue
        words = {
            "what": f"group {older.name} has service {service.namespace}/{service.name}",
            "first": "it",
            "second": f"group {group.name}",
            "fix": "Take the service out of one of the groups.",
        }
        meta = group.group.meta
        place = meta.place("spec", "services", service.index)
        yield finding(ORDER_BY_POSITION, place, str(meta.ref), **words)
        return


def _default_lane(mesh: Mesh, group: Group) -> Iterator[Finding]:
    """Find callers for which the first lane was chosen by its place."""
    callers = strangers(mesh, group)
    if not callers or not doubt(lane.lane for lane in group.lanes):
        return
    first, second = group.lanes[:2]
    pods = listing([pod_name(caller) for caller in callers], limit=3)
    words = {
        "what": f"calls of {pods}, in no lane, go to lane {first.name}",
        "first": "it",
        "second": f"lane {second.name}",
        "fix": "Give these pods the labels of a lane; then nothing depends on the order.",
    }
    meta = group.group.meta
    yield finding(ORDER_BY_POSITION, meta.place("metadata", "name"), str(meta.ref), **words)


def _baseline(group: Group) -> Iterator[Finding]:
    """Find a baseline that its place made one."""
    if names_baseline(group) or not doubt(lane.lane for lane in group.lanes):
        return
    first, second = group.lanes[:2]
    words = {
        "what": f"lane {first.name} is the baseline of group {group.name}",
        "first": "it",
        "second": f"lane {second.name}",
        "fix": f"Set `fallbackTarget: {first.name}` in permissiveModeConfiguration.",
    }
    meta = group.group.meta
    yield finding(ORDER_BY_POSITION, meta.place("metadata", "name"), str(meta.ref), **words)


def _rules(authors: Authors, pair: Pair) -> Iterator[Finding]:
    if authors.is_doubtful(pair.first, pair.second):
        first, second = authors.say(pair.first), authors.say(pair.second)
        words = {
            "what": f"{first} decides requests that {second} matches too",
            "first": "the former",
            "second": "the latter",
            "fix": "Make the two matches exclude each other, for example by a header.",
        }
        subject = str(pair.second.origin.ref)
        yield finding(ORDER_BY_POSITION, authors.place(pair.second), subject, **words)


CHECK = Check(ORDER_BY_POSITION, check)
