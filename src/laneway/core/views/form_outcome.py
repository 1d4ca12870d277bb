"""What became of an edit by a form: it was written, others edited the same, or it may not be.

Comes in: what a way of writing did. Goes out: the same as plain values, and the note of a write
that stands in a log.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from laneway.core.edits.forms.meanwhile import EditConflict
from laneway.core.views.form_preview import Preview

WayKind = Literal["folder", "git", "cluster"]


class EditNote(Struct, frozen=True, rename="camel"):
    """What stands in the log of a write: who, what was done, to which objects, and where.

    No value that was written is in it.
    """

    by: str
    what: str
    objects: tuple[str, ...]
    where: str


class EditWritten(Struct, frozen=True, rename="camel"):
    """An edit that was written. `revision` is a digest, a commit, or a resourceVersion.

    `branch` is that of a commit that somebody has to merge.
    """

    title: str
    revision: str
    where: tuple[str, ...]
    note: EditNote
    branch: str = ""


EditOutcome = EditWritten | EditConflict | Preview
"""A preview is one that `is_refused`: its findings say why nothing was written."""
