"""From a draft to the bytes of files: what is written, or why nothing is.

Comes in: what paths hold, and what makes a draft of their mesh. Goes out: the draft and its edits,
or findings. Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from laneway.adapters.files.written import bytes_of, is_there, tool_files
from laneway.core.edits.adding import file_taken
from laneway.core.edits.draft import Draft, file_edits
from laneway.core.edits.file_text import FileEdit
from laneway.core.edits.other_tools import ToolFile, in_templates, in_vain, listed, nowhere
from laneway.core.findings.codes import reading
from laneway.core.findings.finding import Finding
from laneway.core.mesh.link import link
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.snapshot import Snapshot

Drafting = Callable[[Mesh, Snapshot], Draft]


class Prepared(Struct, frozen=True):
    """A draft and its edits. Where it `is_refused`, the findings say why and nothing is written."""

    draft: Draft = Draft()
    edits: tuple[FileEdit, ...] = ()
    findings: tuple[Finding, ...] = ()
    is_refused: bool = False


def prepared(
    paths: Sequence[str], snapshot: Snapshot, drafting: Drafting, *, all_files: bool = False
) -> Prepared:
    """Make a draft of what paths hold, and the edits of it. Raises OSError."""
    tools = list(tool_files(paths, snapshot.unread, all_files=all_files))
    if snapshot.unread:
        return Prepared(findings=tuple(_unread(snapshot, tools)), is_refused=True)
    draft = drafting(link(snapshot), snapshot)
    findings = _judged(draft, snapshot, tools)
    if any(one.level == "error" for one in findings):
        return Prepared(draft, findings=tuple(findings), is_refused=True)
    edits, faults = file_edits(draft, _held(draft))
    if not faults:
        edits, faults = _with_lists(edits, draft, tools)
    faults = (*faults, *_in_the_way(edits))
    if faults:
        return Prepared(draft, findings=faults, is_refused=True)
    return Prepared(draft, edits, tuple(findings))


def as_error(one: Finding) -> Finding:
    """Return a finding that keeps an edit from being written, whatever it is elsewhere."""
    return replace(one, code=replace(one.code, level="error"))


def _unread(snapshot: Snapshot, tools: Sequence[ToolFile]) -> list[Finding]:
    """Say why files cannot be read; a template is no text that is wrong."""
    found = list(in_templates(one for one in tools if one.role == "unread"))
    return found or [one for one in snapshot.findings if one.level == "error"]


def _judged(draft: Draft, snapshot: Snapshot, tools: Sequence[ToolFile]) -> list[Finding]:
    """Return what is to be said of a draft, with what others make of its objects."""
    twice = (reading.WRITTEN_TWICE, reading.WRITTEN_TWICE_ALIKE)
    again = [
        one for one in snapshot.findings if one.code in twice and one.subject in draft.subjects
    ]
    templates = list(in_templates(tools)) if nowhere(draft) else []
    return [*(templates or draft.findings), *in_vain(tools, draft), *map(as_error, again)]


def _held(draft: Draft) -> dict[str, bytes]:
    return {path: bytes_of(path) for path in {one.place.source.path for one in draft.intents}}


def _with_lists(
    edits: Sequence[FileEdit], draft: Draft, tools: Sequence[ToolFile]
) -> tuple[tuple[FileEdit, ...], tuple[Finding, ...]]:
    """Add the kustomizations that list files."""
    found = list(listed(tools, draft, edits))
    more = [one for one in found if isinstance(one, FileEdit)]
    return (*edits, *more), tuple(one for one in found if not isinstance(one, FileEdit))


def _in_the_way(edits: Sequence[FileEdit]) -> Iterator[Finding]:
    return (file_taken(one.path) for one in edits if one.before is None and is_there(one.path))
