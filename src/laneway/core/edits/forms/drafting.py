"""A form that a person filled in → the draft that writes it.

Comes in: a Mesh, a edit. Goes out: a draft: a document more, or a value of the input that becomes
another one, or findings. What the object means is not judged here: that `check` says of the files
as they would be.
"""

from __future__ import annotations

from msgspec.structs import replace

from laneway.core.edits.draft import Draft
from laneway.core.edits.forms.filled import normalized
from laneway.core.edits.forms.objects import group_object, lane_object, with_rule
from laneway.core.edits.forms.placing import added_to, proposed_file
from laneway.core.edits.forms.showing import group_named, lane_named
from laneway.core.edits.forms.taking_away import draft_of_removal
from laneway.core.edits.forms.values import (
    FormEdit,
    GroupForm,
    InjectionForm,
    LaneForm,
    Removal,
    RuleForm,
    ShownForm,
    WeightsForm,
)
from laneway.core.edits.forms.weighing import draft_of_weights
from laneway.core.edits.injection_labels import switched
from laneway.core.edits.intents import Become
from laneway.core.findings.codes import releasing
from laneway.core.findings.finding import unplaced
from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.lanes.read_swim_lanes import GROUP, LANE
from laneway.core.resources.lanes.swim_lanes import Lane, LaneGroup
from laneway.core.resources.meta import Meta


def draft_of_form(mesh: Mesh, edit: FormEdit) -> Draft:
    """Return the draft of what a person wants."""
    form = edit.form
    if isinstance(form, Removal):
        return draft_of_removal(mesh, form)
    if isinstance(form, WeightsForm):
        return draft_of_weights(mesh, form)
    if isinstance(form, InjectionForm):
        return _of_injection(mesh, form)
    if isinstance(form, RuleForm):
        return _of_rule(mesh, form, edit.shown)
    return _of_object(mesh, form, edit)


def _of_object(mesh: Mesh, form: GroupForm | LaneForm, edit: FormEdit) -> Draft:
    form = normalized(form)
    kind = GROUP if isinstance(form, GroupForm) else LANE
    shown = edit.shown.form if edit.shown else None
    if shown is None:
        return _new(mesh, form, edit.file, f"{kind} {form.name}")
    there = _named(mesh, form, shown)
    if there is None:
        return _gone(f"{kind} {getattr(shown, 'name', '')}")
    if there.meta.name != form.name:
        words = {"what": str(there.meta.ref), "name": form.name}
        return Draft(findings=(unplaced(releasing.NAME_STAYS, str(there.meta.ref), **words),))
    if isinstance(form, GroupForm) and isinstance(shown, GroupForm):
        value = group_object(form, shown, there.meta.raw)
    elif isinstance(form, LaneForm) and isinstance(shown, LaneForm):
        value = lane_object(form, shown, there.meta.raw)
    else:
        return _gone(f"{kind} {form.name}")
    return _changed(there.meta, value, f"Change {_said(form)}")


def _of_rule(mesh: Mesh, form: RuleForm, shown: ShownForm | None) -> Draft:
    form = normalized(form)
    lane = lane_named(mesh, form.lane)
    if lane is None:
        return _gone(f"{LANE} {form.lane}")
    said = f"rule {form.rule_name} of lane {form.lane}"
    if shown and isinstance(shown.form, RuleForm) and shown.form.lane != form.lane:
        words = {"what": f"the {said}", "name": f"a rule of lane {form.lane}"}
        return Draft(findings=(unplaced(releasing.NAME_STAYS, str(lane.meta.ref), **words),))
    if shown is None:
        return _changed(lane.meta, with_rule(lane.meta.raw, form), f"Add {said}")
    before = shown.form
    known = {rule.index for rule in lane.rules}
    if not isinstance(before, RuleForm) or shown.position not in known:
        return _gone(f"the {said}")
    return _changed(
        lane.meta, with_rule(lane.meta.raw, form, before, shown.position), f"Change {said}"
    )


def _of_injection(mesh: Mesh, form: InjectionForm) -> Draft:
    namespace = mesh.namespaces.get(form.name)
    if namespace is None:
        return _gone(f"Namespace {form.name}")
    meta = namespace.meta
    changed = switched(meta.labels, on=form.on, revision=form.revision)
    labels = {**meta.labels, **changed}
    kept = {key: value for key, value in labels.items() if value is not None}
    value = {**meta.raw, "metadata": {**meta.raw["metadata"], "labels": kept}}
    title = f"Switch sidecar injection {'on' if form.on else 'off'} in namespace {form.name}"
    return _changed(meta, value if changed else meta.raw, title)


def _new(mesh: Mesh, form: GroupForm | LaneForm, file: str, ref: str) -> Draft:
    if _named(mesh, form, form) is not None:
        return Draft(findings=(unplaced(releasing.NAME_TAKEN, ref, what=_said(form)),))
    value = group_object(form) if isinstance(form, GroupForm) else lane_object(form)
    path = file or proposed_file(mesh, form)
    title = f"Create {_said(form)}"
    said = (f"{title[0].lower()}{title[1:]} in {path}",)
    draft = added_to(mesh, path, value)
    return replace(draft, said=said, title=title, subjects=frozenset({ref}))


def _named(mesh: Mesh, form: GroupForm | LaneForm, shown: object) -> LaneGroup | Lane | None:
    name = getattr(shown, "name", "")
    return group_named(mesh, name) if isinstance(form, GroupForm) else lane_named(mesh, name)


def _changed(meta: Meta, value: object, title: str) -> Draft:
    """Return the draft that makes an object another; nothing where it is that already."""
    subjects = frozenset({str(meta.ref)})
    if value == meta.raw:
        return Draft(title=title, subjects=subjects)
    said = (f"{title[0].lower()}{title[1:]} in {meta.source.path}",)
    return Draft((Become(meta.place(), value),), said=said, title=title, subjects=subjects)


def _gone(what: str) -> Draft:
    return Draft(findings=(unplaced(releasing.NOT_THERE, what, what=what),))


def _said(form: GroupForm | LaneForm) -> str:
    return f"{'lane group' if isinstance(form, GroupForm) else 'lane'} {form.name}"
