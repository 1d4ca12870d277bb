"""A mesh seen from outside: what runs, and how to end it.

Comes in: a mesh's folder, which another process may hold. Goes out: its record if it runs, and an
end to everything it started, also when the process that held it was killed and cannot do that
itself.
"""

from __future__ import annotations

import os
import signal
from typing import Literal

from msgspec import Struct

from laneway.adapters.processes import ProcessId, find_marked, is_running, stop_marked, wait_gone
from laneway.apps.local.record.state import FolderLock, MeshFolder, MeshRecord, boot_id

PATIENCE = 30.0
"""Seconds a mesh may take to end by itself before it is ended by force."""

Condition = Literal["running", "orphaned", "gone"]


class SeenMesh(Struct, frozen=True):
    """A mesh and its condition.

    An orphaned mesh has lost the process that held it: its proxies and programs still serve, and
    nobody follows its files any more.
    """

    folder: MeshFolder
    condition: Condition
    record: MeshRecord | None


def look(folder: MeshFolder) -> SeenMesh:
    """Return what there is of a mesh."""
    record = folder.read()
    if record is not None and record.boot == boot_id():
        if is_running(ProcessId(record.pid, record.started)):
            return SeenMesh(folder, "running", record)
        if find_marked([folder.mark]):
            return SeenMesh(folder, "orphaned", record)
    return SeenMesh(folder, "gone", None)


def sweep(folder: MeshFolder) -> int:
    """End what a killed mesh left behind and remove its files; return how many processes it had.

    Only for the holder of the folder.
    """
    count = stop_marked([folder.mark], grace=1.0)
    folder.clear()
    return count


def bring_down(folder: MeshFolder) -> Condition:
    """End a mesh, whoever holds it; return in which condition it was."""
    seen = look(folder)
    if seen.condition == "running" and seen.record is not None:
        holder = ProcessId(seen.record.pid, seen.record.started)
        os.kill(holder.pid, signal.SIGTERM)
        if wait_gone([holder], PATIENCE):
            os.kill(holder.pid, signal.SIGKILL)
            wait_gone([holder], seconds=5)
    if not folder.path.is_dir():
        return seen.condition
    lock = FolderLock.take(folder)
    if lock is not None:
        sweep(folder)
        lock.release()
    return seen.condition
