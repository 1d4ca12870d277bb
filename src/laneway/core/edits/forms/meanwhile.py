"""What became of an object while a form of it was open.

Comes in: the Mesh as it is now, an edit with what its form showed. Goes out: the edit, at the place
where its object is now, or a conflict that says which fields differ. What the form does not show,
other objects and other forms of the same object may have changed: those edits are both kept.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct, to_builtins
from msgspec.structs import replace

from laneway.core.edits.forms.showing import (
    shown_group,
    shown_injection,
    shown_lane,
    shown_rule,
    shown_rules,
    shown_weights,
)
from laneway.core.edits.forms.values import (
    Form,
    FormEdit,
    GroupForm,
    InjectionForm,
    LaneForm,
    RuleForm,
    ShownForm,
    WeightsForm,
)
from laneway.core.mesh.mesh import Mesh


class FieldConflict(Struct, frozen=True, rename="camel"):
    """A field that somebody else changed: what the form showed, and what is there now."""

    field: str
    shown: Any = None
    now: Any = None


class EditConflict(Struct, frozen=True, rename="camel"):
    """An object that is another than its form showed. `now` is its form, None where it is gone.

    `owners` are others who keep fields of it, where they do not let go; `commits` those that came
    since, where history is kept.
    """

    what: str
    fields: tuple[FieldConflict, ...] = ()
    now: ShownForm | None = None
    owners: tuple[str, ...] = ()
    commits: tuple[str, ...] = ()


def as_of_now(mesh: Mesh, edit: FormEdit) -> FormEdit | EditConflict:
    """Return an edit for the object as it is now; a conflict where that is another than shown."""
    shown = edit.shown
    if shown is None:
        return edit
    now = _now(mesh, shown)
    if now is None:
        return EditConflict(said(shown.form))
    found = tuple(differing(shown.form, now.form))
    if found:
        return EditConflict(said(shown.form), found, now)
    form = edit.form
    if not isinstance(form, Form) and form.what == "rule":
        form = replace(form, rule=now.position)
    return replace(edit, form=form, shown=now)


def differing(shown: Form, now: Form) -> tuple[FieldConflict, ...]:
    """Return the fields in which two forms differ.

    >>> [one.field for one in differing(LaneForm("s1", label_value="a"), LaneForm("s1"))]
    ['labelValue']
    """
    old, new = to_builtins(shown), to_builtins(now)
    names = (name for name in new if name != "kind" and old.get(name) != new[name])
    return tuple(FieldConflict(name, old.get(name), new[name]) for name in names)


def said(form: Form) -> str:
    """Say what a form is of."""
    if isinstance(form, GroupForm):
        return f"lane group {form.name}"
    if isinstance(form, LaneForm):
        return f"lane {form.name}"
    if isinstance(form, RuleForm):
        return f"rule {form.rule_name} of lane {form.lane}"
    if isinstance(form, InjectionForm):
        return f"sidecar injection in namespace {form.name}"
    return f"the weights of lane group {form.group}"


def _now(mesh: Mesh, shown: ShownForm) -> ShownForm | None:
    form = shown.form
    if isinstance(form, GroupForm):
        return shown_group(mesh, form.name)
    if isinstance(form, LaneForm):
        return shown_lane(mesh, form.name)
    if isinstance(form, WeightsForm):
        return shown_weights(mesh, form.group)
    if isinstance(form, InjectionForm):
        return shown_injection(mesh, form.name)
    return _rule_now(mesh, form, shown.position)


def _rule_now(mesh: Mesh, form: RuleForm, position: int | None) -> ShownForm | None:
    """Return a rule: where it was, or where one stands now that says the same.

    Of rules that others removed or added before it the position moves.
    """
    there = shown_rules(mesh, form.lane)
    same = [one for one in there if one.form == form]
    at_place = [one for one in same if one.position == position]
    if at_place or len(same) == 1:
        return (at_place or same)[0]
    return None if position is None else shown_rule(mesh, form.lane, position)
