"""Snapshots without files: texts or plain objects in, what the reader would give out.

Each part has a path of its own, which is its place in the order of the input; the order in which
the parts are handed in is the order of arrival and must not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from laneway.core.mesh.gather import gather
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.resources.read import read_file, read_objects


def snapshot_of_texts(texts: Iterable[tuple[str, str]]) -> Snapshot:
    """Read pairs of path and text."""
    return gather([read_file(path, text.encode()) for path, text in texts], ())


def snapshot_of_objects(objects: Iterable[tuple[str, Mapping[str, Any]]]) -> Snapshot:
    """Read pairs of path and object."""
    return gather([read_objects(path, [item]) for path, item in objects], ())
