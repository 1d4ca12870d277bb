"""The file that a new object goes into.

Comes in: a Mesh, a path that a form names. Goes out: what adds a document there, or a finding. A
file that is there gets one more document at its end; any other name is a new file, beside what
stands in its folder, so that a list of files there takes it in.
"""

from __future__ import annotations

from typing import Any

from laneway.core.edits.draft import Draft, NewFile
from laneway.core.edits.forms.showing import group_named
from laneway.core.edits.forms.values import Form, LaneForm
from laneway.core.edits.intents import AppendDocument
from laneway.core.edits.value_text import document_text
from laneway.core.findings.codes import releasing
from laneway.core.findings.finding import finding
from laneway.core.findings.place import Place, Source
from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.lanes.swim_lanes import Lane
from laneway.core.resources.meta import Meta

ENDINGS = (".yaml", ".yml")


def files_for_objects(mesh: Mesh) -> list[str]:
    """Return the files of the input that take one more document."""
    return [path for path, meta in _last_of_each(mesh).items() if not _why_not(path, meta)]


def proposed_file(mesh: Mesh, form: Form) -> str:
    """Return the file that a new object belongs into: where its group's youngest lane is.

    A group goes beside other groups; without any, into `lanes.yaml`.
    """
    if isinstance(form, LaneForm):
        lanes = [one.meta for one in mesh.snapshot.by_kind.get(Lane, ()) if _is_of(one, form.group)]
        group = group_named(mesh, form.group)
        metas = lanes or ([group.meta] if group else [])
    else:
        metas = [one.group.meta for one in mesh.groups]
    usable = files_for_objects(mesh)
    found = [one.source.path for one in metas if one.source.path in usable]
    return found[-1] if found else _fresh(usable)


def added_to(mesh: Mesh, path: str, value: Any) -> Draft:
    """Return the draft that adds a document to a file, or makes the file."""
    text = document_text(value)
    meta = _last_of_each(mesh).get(path)
    reason = _why_not(path, meta)
    if reason:
        place = Place(Source(path))
        words = {"path": path or "a file without a name", "reason": reason}
        return Draft(findings=(finding(releasing.TAKES_NO_OBJECT, place, "", **words),))
    if meta is not None:
        return Draft(intents=(AppendDocument(Place(meta.source), text, value),))
    folder = path.rpartition("/")[0]
    beside = (one for one in _last_of_each(mesh) if one.rpartition("/")[0] == folder)
    return Draft(new_files=(NewFile(path, text.encode(), next(beside, "")),))


def _last_of_each(mesh: Mesh) -> dict[str, Meta]:
    """Return the last object of each file."""
    return {one.meta.source.path: one.meta for one in mesh.snapshot.resources}


def _why_not(path: str, meta: Meta | None) -> str:
    if not path.endswith(ENDINGS):
        return "it is named like no file of YAML (.yaml or .yml)"
    if ".." in path.lstrip("./").split("/"):
        return "its name leads out of its folder"
    text = meta.source.around or meta.source.text if meta else ""
    return "it holds JSON" if text.lstrip().startswith("{") else ""


def _fresh(usable: list[str]) -> str:
    folder = usable[0].rpartition("/")[0] if usable else ""
    return f"{folder}/lanes.yaml" if folder else "lanes.yaml"


def _is_of(one: object, group: str) -> bool:
    return isinstance(one, Lane) and one.group == group
