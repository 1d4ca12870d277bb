"""Files of an edit, all written or none, and what is told of it then."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from laneway.adapters.files.written import held, write_all
from laneway.apps.release.preparing import Prepared
from laneway.core.edits.file_text import FileEdit
from laneway.core.views.form_outcome import EditNote, EditWritten


def write_edits(edits: Sequence[FileEdit]) -> None:
    """Write all files; where one cannot be, those before it get back what they held."""
    for one in edits:
        Path(one.path).parent.mkdir(parents=True, exist_ok=True)
    try:
        write_all({one.path: one.after for one in edits})
    except OSError:
        write_all({one.path: one.before for one in edits if held(one.path) != one.before})
        raise


def outcome_of(ready: Prepared, by: str, revision: str) -> EditWritten:
    """Return what was written, with the note of it."""
    draft, where = ready.draft, tuple(one.path for one in ready.edits)
    objects = tuple(sorted(draft.subjects))
    note = EditNote(by, draft.title, objects, ", ".join(where))
    return EditWritten(draft.title, revision, where, note)
