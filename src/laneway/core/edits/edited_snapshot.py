"""What the input would be once files are edited, without a file being touched.

Comes in: a Snapshot, edits of files, or objects of a cluster. Goes out: a Snapshot in which all
that was not edited is the very same, so that compiling it costs what the edit costs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from laneway.core.edits.file_text import FileEdit
from laneway.core.mesh.gather import gather
from laneway.core.mesh.of_cluster import with_files
from laneway.core.mesh.snapshot import Resource, Snapshot
from laneway.core.resources.meta import Ref
from laneway.core.resources.read import read_file, read_objects
from laneway.core.resources.readings import FileReading
from laneway.core.resources.yaml.cursor import DEFAULT_NAMESPACE


def as_edited(
    snapshot: Snapshot, edits: Iterable[FileEdit], namespace: str = DEFAULT_NAMESPACE
) -> Snapshot:
    """Return the input with files edited; `namespace` is that of objects which name none."""
    changed = {one.path: one for one in edits}
    kept: dict[str, list[Resource]] = {}
    for one in snapshot.resources:
        kept.setdefault(one.meta.source.path, []).append(one)
    readings = [
        FileReading(path, tuple(held)) for path, held in kept.items() if path not in changed
    ]
    others = Counter(snapshot.other_kinds)
    for path, edit in changed.items():
        before, after = (_read(path, raw, namespace) for raw in (edit.before, edit.after))
        others.subtract(before.other_kinds)
        others.update(after.other_kinds)
        readings.append(replace(after, resources=_same(kept.get(path, ()), after.resources)))
    placed = ((one, one.place.source.path if one.place else "") for one in snapshot.findings)
    told = [one for one, path in placed if path not in changed]
    unread = [FileReading(path, unread=True) for path in snapshot.unread if path not in changed]
    made = gather([*readings, *unread], told)
    left = {kind: count for kind, count in sorted(others.items()) if count > 0}
    unchanged = (one for one in snapshot.settings if one.source.path not in changed)
    settings = (*unchanged, *made.settings)
    return replace(made, other_kinds=left, not_read=snapshot.not_read, settings=settings)


def as_applied(
    snapshot: Snapshot, bodies: Sequence[Mapping[str, Any]], gone: Collection[Ref] = ()
) -> Snapshot:
    """Return a cluster with objects applied, and without those that are deleted."""
    left = replace(
        snapshot,
        resources=tuple(one for one in snapshot.resources if one.meta.ref not in gone),
    )
    files = gather([read_objects("the cluster", [dict(one) for one in bodies])])
    return with_files(left, files)


def _read(path: str, raw: bytes | None, namespace: str) -> FileReading:
    return FileReading(path) if raw is None else read_file(path, raw, None, namespace)


def _same(before: Sequence[Resource], after: Iterable[Resource]) -> tuple[Resource, ...]:
    """Return the objects of a file, the very same where they stand as they stood."""
    known = {one.meta.order: one for one in before}
    return tuple(
        old if (old := known.get(one.meta.order)) is not None and _stands(old, one) else one
        for one in after
    )


def _stands(old: Resource, new: Resource) -> bool:
    was, now = old.meta.source, new.meta.source
    return (was, was.text, was.around) == (now, now.text, now.around)
