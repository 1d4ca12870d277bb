"""Where a mesh's snapshots come from: what a run asks of it, and the usual one, files.

Comes in: whatever is followed. Goes out: snapshots, and the words in which it is spoken of. What a
mesh does with them is the same for all.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from laneway.adapters.files import Reader
from laneway.adapters.files.watch import follow
from laneway.apps.local.mesh.runner import Runner
from laneway.apps.local.mesh.written import written_at
from laneway.apps.local.record.refusal import Provenance, absolute
from laneway.core.mesh.snapshot import Snapshot
from laneway.loop.seams import Source


class Input(Protocol):
    """What a run of a mesh asks of its input."""

    @property
    def provenance(self) -> Provenance:
        """The words in which it is spoken of."""

    def first(self) -> Iterable[Snapshot]:
        """Yield what to begin with, the best one first; one at least. May raise OSError."""

    def follow(self) -> Source:
        """Give the whole input at first and whenever it changed."""

    def written_at(self, before: Snapshot, after: Snapshot) -> float | None:
        """Return when the second of two inputs was written, in seconds since 1970, if known."""

    def look_again(self) -> None:
        """Hear that somebody wants it to be looked at now."""

    def note(self, runner: Runner) -> None:
        """Hear how the mesh stands, after every look of its loop."""


class Files:
    """Files and folders: every closed write is an edit, so nobody need ask for a look."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.provenance = Provenance(absolute(reader.paths))

    def first(self) -> Iterable[Snapshot]:
        """Return what the files say."""
        return (self._reader.read(),)

    def follow(self) -> Source:
        """Read at once, and after every edit."""
        return follow(self._reader)

    def written_at(self, before: Snapshot, after: Snapshot) -> float | None:
        """Ask the files that say something new."""
        return written_at(before, after)

    def look_again(self) -> None:
        """Do nothing: the system tells of every write."""

    def note(self, runner: Runner) -> None:
        """Do nothing: files do not ask how a mesh stands."""
