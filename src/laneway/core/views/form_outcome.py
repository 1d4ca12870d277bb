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
WayEnd = Literal["written", "committed", "pushed", "proposed", "applied"]
"""What becomes of an edit. What is proposed is a pushed branch that somebody has to merge."""


class WaitingProposal(Struct, frozen=True, rename="camel"):
    """A branch of the console that nobody has merged yet, and the files that it changes."""

    branch: str
    commit: str
    title: str
    files: tuple[str, ...] = ()


class WayTold(Struct, frozen=True, rename="camel"):
    """Where an edit goes, and what becomes of it there.

    `folder` is a work tree, `branch` what is checked out in it, `remote` where that is pushed.
    `ahead` commits of the work tree are not there yet and go along.
    """

    kind: WayKind
    becomes: WayEnd
    folder: str = ""
    branch: str = ""
    remote: str = ""
    ahead: int = 0
    waiting: tuple[WaitingProposal, ...] = ()


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

    `branch` is the one that a commit is on: with `proposed` one that somebody has to merge, by the
    `page` of the code host if that named one. `since` are commits that came while the form was
    open; `left` are files that somebody edited while it was pushed, and that stay so.
    """

    title: str
    revision: str
    where: tuple[str, ...]
    note: EditNote
    branch: str = ""
    became: WayEnd = "written"
    page: str = ""
    since: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


class CommitStanding(Struct, frozen=True, rename="camel"):
    """How far a commit is. `since` is when what it says went live, in seconds since 1970."""

    commit: str
    state: Literal["committed", "pushed", "proposed", "merged", "gone", "live"]
    since: float | None = None


EditOutcome = EditWritten | EditConflict | Preview
"""A preview is one that `is_refused`: its findings say why nothing was written."""
