"""Edits out of snapshots: compile with what is kept, and judge whether it may go live.

Comes in: what the files hold now, and the commands that stand for images. Goes out: edits. It does
not matter how a state came about, only what it is; a state that was refused once is refused again
in silence.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from laneway.apps.local.commands import Commands
from laneway.apps.local.edits import Edit, edit_of, is_safe, new_errors
from laneway.apps.local.report import new_objects
from laneway.apps.local.story import Story, bug_text
from laneway.core.compile import compile_snapshot
from laneway.core.findings.finding import Finding
from laneway.core.mesh.snapshot import Snapshot


@dataclass(slots=True)
class Source:
    """The edits that snapshots give."""

    commands: Commands
    story: Story
    refused: Snapshot | None = None

    def first(self, snapshot: Snapshot) -> Edit:
        """Return what a mesh begins with, whatever it is."""
        return edit_of(compile_snapshot(snapshot), self.commands)

    def edit(self, snapshot: Snapshot, before: Edit | None) -> Edit | None:
        """Return `before` if nothing differs, and None, having told why, if that has to stay."""
        if before is None:
            return self.first(snapshot)
        known = before.compilation.snapshot
        if is_same(snapshot, known):
            self.refused = None
            self.story.as_before()
            return before
        if self.refused is not None and is_same(snapshot, self.refused):
            return None
        self.refused = snapshot
        judged = self._judged(snapshot, before)
        if judged is None:
            return None
        edit, errors = judged
        if errors or not is_safe(edit):
            self.story.refused(errors or edit.errors)
            return None
        self.refused = None
        self.story.edited(written_at(known, snapshot))
        return edit

    def _judged(self, snapshot: Snapshot, before: Edit) -> tuple[Edit, tuple[Finding, ...]] | None:
        """Return an edit and the errors it brings; None, having told it, where that is a bug."""
        try:
            edit = edit_of(compile_snapshot(snapshot, before.compilation), self.commands)
            return edit, new_errors(edit, before)
        except Exception:  # noqa: BLE001 - told as what it is; a bug must not end what serves
            self.story.not_live(bug_text())
            return None


def is_same(one: Snapshot, other: Snapshot) -> bool:
    """Whether two snapshots hold the very same objects, and the same was found in reading them."""
    return (
        len(one.resources) == len(other.resources)
        and all(a is b for a, b in zip(one.resources, other.resources, strict=True))
        and one.findings == other.findings
        and one.unread == other.unread
    )


def written_at(before: Snapshot, after: Snapshot) -> float | None:
    """Return when the newest file was written that says something new, in seconds since 1970.

    None when nothing is new: what is only removed leaves no file to ask.
    """
    files = {resource.meta.source.path for resource in new_objects(before, after)}
    return max(_times(files), default=None)


def _times(files: Iterable[str]) -> Iterable[float]:
    for file in files:
        try:
            yield Path(file).stat().st_mtime
        except OSError:
            continue  # standard input, or gone again
