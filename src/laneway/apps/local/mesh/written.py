"""When an edit was written, by the files that say something new."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from laneway.core.changes.snapshots import new_objects
from laneway.core.mesh.snapshot import Snapshot


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
