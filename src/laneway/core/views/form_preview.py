"""What an edit by a form would be, before it is written: text, files, objects, findings at fields.

Comes in: a compilation, a edit, the draft of it with the edits of files. Goes out: plain values.
The input is compiled as it would be, so what is said of it is what `check` says afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.changes.diff import ChangeSet, diff_parts
from laneway.core.compile import Compilation, compile_snapshot
from laneway.core.edits.draft import Draft, file_edits
from laneway.core.edits.edited_snapshot import as_edited
from laneway.core.edits.file_text import FileEdit
from laneway.core.edits.forms.at_fields import FieldFinding, ObjectPlace, at_field
from laneway.core.edits.forms.drafting import draft_of_form
from laneway.core.edits.forms.showing import group_named, lane_named
from laneway.core.edits.forms.values import (
    Form,
    FormEdit,
    GroupForm,
    InjectionForm,
    LaneForm,
    Removal,
    RuleForm,
    WeightsForm,
)
from laneway.core.edits.intents import AppendDocument
from laneway.core.edits.told import diff_lines
from laneway.core.emit.istio import Emitted, Layout, emit
from laneway.core.findings.codes.lanes import GROUP_WITHOUT_LANES
from laneway.core.findings.difference import Difference
from laneway.core.findings.finding import Finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.meta import Meta
from laneway.core.resources.yaml.cursor import DEFAULT_NAMESPACE
from laneway.core.views.changes import as_object
from laneway.core.views.trackers import TrackingApplication


class Standpoint(Struct, frozen=True, dict=True):
    """From where an edit is looked at: the input, a layout, the namespace of what names none."""

    now: Compilation
    layout: Layout = "istio"
    namespace: str = DEFAULT_NAMESPACE

    @cached_property
    def emitted(self) -> Emitted:
        """The generated objects; what an edit does not touch of them is kept as it is."""
        return emit(self.now.mesh, self.now.plan, self.layout)

    def changes(self, after: Compilation) -> ChangeSet:
        """Return what changes of the generated objects. Those of held groups stay as they are."""
        wanted = emit(after.mesh, after.plan, self.layout, self.emitted)
        parts = self.emitted.parts, wanted.parts
        return diff_parts(*parts, after.held, is_whole=after.is_whole)


class Preview(Struct, frozen=True, rename="camel"):
    """What an edit would be. Where it `is_refused`, findings say why, and nothing is written.

    It `has_errors` where `check` finds some that were not there before. They refuse it unless the
    edit is despite them; an edit after which its file could not be read is refused in any case.

    `yaml` is the object's document as it would stand in its file, `diff` that of all files,
    `changes` those of the generated objects, and `told` what is done, a line for each thing.
    `since` are commits that came while the form was open, `trackers` who keeps
    objects of it in step with a repository: it is refused then, and `yaml` is the text to bring
    there.
    """

    title: str = ""
    told: tuple[str, ...] = ()
    file: str = ""
    files: tuple[str, ...] = ()
    yaml: str = ""
    diff: str = ""
    changes: Mapping[str, Any] = {}
    findings: tuple[FieldFinding, ...] = ()
    has_errors: bool = False
    is_refused: bool = False
    since: tuple[str, ...] = ()
    trackers: tuple[TrackingApplication, ...] = ()


def preview(standpoint: Standpoint, edit: FormEdit, held: Mapping[str, bytes]) -> Preview:
    """Return what a edit would be, from the bytes that files hold."""
    mesh = standpoint.now.mesh
    draft = draft_of_form(mesh, edit)
    if draft.is_refused:
        return refused(mesh, edit, draft, draft.findings)
    edits, faults = file_edits(draft, held)
    if faults:
        return refused(mesh, edit, draft, faults)
    return preview_of(standpoint, edit, draft, edits)


def preview_of(
    standpoint: Standpoint, edit: FormEdit, draft: Draft, edits: Sequence[FileEdit]
) -> Preview:
    """Return what a draft would be whose edits of files are known."""
    now = standpoint.now
    after = compile_snapshot(as_edited(now.snapshot, edits, standpoint.namespace), now)
    found = seen(standpoint, edit, draft, after)
    there = object_place(after.mesh, edit)
    files = tuple(one.path for one in edits)
    return replace(
        found,
        file=there.meta.source.path if there else next(iter(files), ""),
        files=files,
        yaml=_document(there.meta) if there else _drafted(draft),
        diff="".join(f"{line}\n" for line in diff_lines(edits)),
    )


def seen(standpoint: Standpoint, edit: FormEdit, draft: Draft, after: Compilation) -> Preview:
    """Return what a draft would be, in any files or none, once it is known what the input is."""
    now = standpoint.now
    findings = tuple(found_at_fields(now, after, edit, draft.findings))
    errors = any(one.is_new and one.level == "error" for one in findings)
    lost = not set(after.snapshot.unread) <= set(now.snapshot.unread)
    return Preview(
        title=draft.title,
        told=draft.said,
        changes=as_object(standpoint.changes(after)),
        findings=findings,
        has_errors=errors,
        is_refused=lost or (errors and not edit.despite_errors),
    )


def refused(mesh: Mesh, edit: FormEdit, draft: Draft, findings: Iterable[Finding]) -> Preview:
    """Return what cannot be, and why."""
    there = object_place(mesh, edit)
    told = tuple(at_field(one, form_of(edit), there) for one in findings)
    return Preview(draft.title, draft.said, findings=told, has_errors=True, is_refused=True)


def found_at_fields(
    before: Compilation, after: Compilation, edit: FormEdit, drafted: Iterable[Finding] = ()
) -> Iterable[FieldFinding]:
    """Yield what drafting found, what is new in the input, and what is said of the object still."""
    form, there = form_of(edit), object_place(after.mesh, edit)
    found = Difference.between(before.findings, after.findings)
    is_begun = isinstance(form, GroupForm) and edit.shown is None
    new = (one for one in found.new if not (is_begun and one.code is GROUP_WITHOUT_LANES))
    yield from (at_field(one, form, there) for one in (*drafted, *new))
    for one in found.same:
        told = at_field(one, form, there, is_new=False)
        if told.field and there and there.path_of(one.place) is not None:
            yield told


def object_place(mesh: Mesh, edit: FormEdit) -> ObjectPlace | None:
    """Return where the object of a edit is in a mesh."""
    form = edit.form
    if isinstance(form, GroupForm | WeightsForm):
        name = form.name if isinstance(form, GroupForm) else form.group
        group = group_named(mesh, name)
        return ObjectPlace(group.meta) if group else None
    if isinstance(form, InjectionForm):
        namespace = mesh.namespaces.get(form.name)
        return ObjectPlace(namespace.meta) if namespace else None
    lane = lane_named(mesh, form.lane if isinstance(form, RuleForm) else form.name)
    if lane is None or isinstance(form, Removal):
        return None
    if isinstance(form, RuleForm):
        last = max((rule.index for rule in lane.rules), default=None)
        position = edit.shown.position if edit.shown else last
        return ObjectPlace(lane.meta, position)
    return ObjectPlace(lane.meta)


def form_of(edit: FormEdit) -> Form:
    """Return the form that findings are about; of a removal one without fields."""
    form = edit.form
    return LaneForm(form.name) if isinstance(form, Removal) else form


def _drafted(draft: Draft) -> str:
    """Return a document that is to come, though nobody could read it as an object."""
    texts = [one.text for one in draft.intents if isinstance(one, AppendDocument)]
    return "---\n".join([*texts, *(one.raw.decode() for one in draft.new_files)])


def _document(meta: Meta) -> str:
    text = meta.source.text
    return text if text.endswith("\n") else f"{text}\n"
