"""Revisions out of snapshots: compile with what is kept, and judge whether it may go live.

Comes in: what the files hold now, and the commands that stand for images. Goes out: edits. It does
not matter how a state came about, only what it is; a state that was refused once is refused again
in silence.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from laneway.apps.local.mesh.announcer import Announcer, bug_text
from laneway.core.changes.snapshots import new_objects
from laneway.core.compile import compile_snapshot
from laneway.core.fleet.commands import Commands
from laneway.core.gate import Refused, Revision, admitted, is_same, revision_of
from laneway.core.mesh.snapshot import Snapshot


class RevisionSource(Struct):
    """The edits that snapshots give."""

    commands: Commands
    announcer: Announcer
    refused: Snapshot | None = None

    def first(self, snapshot: Snapshot) -> Revision:
        """Return what a mesh begins with, whatever it is."""
        return revision_of(compile_snapshot(snapshot), self.commands)

    def revision(self, snapshot: Snapshot, before: Revision | None) -> Revision | None:
        """Return `before` if nothing differs, and None, having told why, if that has to stay."""
        if before is None:
            return self.first(snapshot)
        known = before.compilation.snapshot
        if is_same(snapshot, known):
            self.refused = None
            self.announcer.as_before()
            return before
        if self.refused is not None and is_same(snapshot, self.refused):
            return None
        self.refused = snapshot
        try:
            compilation = compile_snapshot(snapshot, before.compilation)
            revision = revision_of(compilation, self.commands)
            verdict = admitted(before, revision)
        except Exception:  # noqa: BLE001 - told as what it is; a bug must not end what serves
            self.announcer.not_live(bug_text())
            return None
        if isinstance(verdict, Refused):
            self.announcer.refused(verdict.errors)
            return None
        self.refused = None
        self.announcer.edited(written_at(known, snapshot))
        return revision


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
