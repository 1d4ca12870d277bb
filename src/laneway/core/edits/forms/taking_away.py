"""A group, a lane or a rule that a person wants gone → the draft that takes it away.

Comes in: a Mesh, what is to go. Goes out: a draft, or findings: a lane with requests stays, also
where its whole group is to go. Workloads stay unless it is said that they go as well.
"""

from __future__ import annotations

from msgspec.structs import replace

from laneway.core.edits.draft import Draft
from laneway.core.edits.forms.objects import without_rule
from laneway.core.edits.forms.showing import group_named, lane_named, rule_at
from laneway.core.edits.forms.values import Removal
from laneway.core.edits.intents import Become
from laneway.core.edits.removing import document_gone, removed
from laneway.core.findings.codes import releasing
from laneway.core.findings.finding import unplaced
from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.lanes.read_swim_lanes import GROUP, LANE
from laneway.core.resources.meta import Meta


def draft_of_removal(mesh: Mesh, wanted: Removal) -> Draft:
    """Return the draft that takes something away."""
    if wanted.what == "group":
        return _group(mesh, wanted)
    if wanted.what == "rule":
        return _rule(mesh, wanted)
    return _lane(mesh, wanted.name, workloads=wanted.with_workloads)


def _group(mesh: Mesh, wanted: Removal) -> Draft:
    group = group_named(mesh, wanted.name)
    found = mesh.group(wanted.name)
    if group is None or found is None:
        return _gone(f"{GROUP} {wanted.name}")
    lanes = [*(one.lane for one in found.lanes), *found.excluded] if wanted.with_lanes else []
    drafts = [_lane(mesh, one.meta.name, workloads=wanted.with_workloads) for one in lanes]
    own = _of_meta(group.meta)
    joined = [*drafts, own]
    findings = [one for draft in drafts for one in draft.findings]
    return Draft(
        intents=tuple(intent for draft in joined for intent in draft.intents),
        findings=tuple(one for one in findings if one.code is not releasing.NEEDED_BY_GROUP),
        said=tuple(line for draft in joined for line in draft.said),
        title=f"Remove lane group {wanted.name}{' and its lanes' if lanes else ''}",
        subjects=frozenset().union(*(draft.subjects for draft in joined)),
    )


def _lane(mesh: Mesh, name: str, *, workloads: bool) -> Draft:
    lane = lane_named(mesh, name)
    if lane is None:
        return _gone(f"{LANE} {name}")
    group = mesh.group(lane.group)
    if group is None or group.lane(name) is None:
        return replace(_of_meta(lane.meta), title=f"Remove lane {name}")
    return removed(mesh, name, workloads=workloads)


def _rule(mesh: Mesh, wanted: Removal) -> Draft:
    lane = lane_named(mesh, wanted.name)
    rule = rule_at(lane, wanted.rule) if lane else None
    if lane is None or rule is None:
        return _gone(f"the rule of {LANE} {wanted.name}")
    said = f"rule {rule.name or rule.index + 1} of lane {wanted.name}"
    value = without_rule(lane.meta.raw, rule.index)
    subjects = frozenset({str(lane.meta.ref)})
    intent = Become(lane.meta.place(), value)
    return Draft((intent,), said=(f"remove {said}",), title=f"Remove {said}", subjects=subjects)


def _of_meta(meta: Meta) -> Draft:
    subjects = frozenset({str(meta.ref)})
    return Draft((document_gone(meta),), said=(f"remove {meta.ref}",), subjects=subjects)


def _gone(what: str) -> Draft:
    return Draft(findings=(unplaced(releasing.NOT_THERE, what, what=what),))
