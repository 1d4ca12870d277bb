"""Having a running mesh sync with its repository now, and waiting for what comes of it.

Comes in: a mesh's folder. Goes out: the mesh's status once the newest commit serves or is refused.
Nothing is fetched here: the process that runs the mesh looks, and answers.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

from laneway.apps.local.record.outside import look
from laneway.apps.local.record.state import MeshFolder, MeshRecord
from laneway.apps.local.record.stopped import LOOK_AGAIN
from laneway.apps.local.record.synced import SyncFolder
from laneway.apps.terminal.sync_text import source_text

PATIENCE = 150.0
"""Seconds to wait: a fetch may take two minutes, and programs have to start."""

SILENCE = 1.0
"""Seconds after which it is said what is waited for."""

PAUSE = 0.02


class NotSyncedError(Exception):
    """The mesh follows no repository, does not run, or did not answer; the text says which."""


def sync_now(
    folder: MeshFolder,
    wait: Callable[[float], None],
    say: Callable[[str], None],
    *,
    prune: bool,
) -> dict[str, Any]:
    """Ask for a sync and return the status that answers it. Raises NotSyncedError.

    The status says whether the newest commit serves, is refused, or could not be found out.
    """
    record, found = _running(folder), SyncFolder(folder.sync)
    wish = found.ask(prune=prune)
    os.kill(record.pid, LOOK_AGAIN)
    begun, is_said = time.monotonic(), False
    while wish.is_open:
        waited = time.monotonic() - begun
        if waited > SILENCE and not is_said:
            is_said = True
            say(f"mesh {folder.name} asks {' '.join(record.paths)}, and waits for its programs")
        if waited > PATIENCE:
            wish.answered()
            raise NotSyncedError(f"mesh {folder.name} did not sync within {PATIENCE:.0f} s")
        wait(PAUSE)
        _running(folder)
    return status_of(folder)


KILLED = "the process that ran the mesh was killed; `laneway sync` takes it over"


def status_of(folder: MeshFolder) -> dict[str, Any]:
    """Return how a mesh follows its repository. Raises NotSyncedError where it follows none.

    A mesh whose process was killed serves on and looks at nothing: that is its trouble.
    """
    status, condition = _status_of(folder), look(folder).condition
    if condition == "gone":  # its status stays, as logs do
        raise NotSyncedError(f"mesh {folder.name} is not running any more")
    if condition == "orphaned":
        asked = {**status["repository"], "trouble": KILLED, "isGone": False, "findings": []}
        return {**status, "sync": {**status["sync"], "status": "Unknown"}, "repository": asked}
    return status


def _status_of(folder: MeshFolder) -> dict[str, Any]:
    status, record = SyncFolder(folder.sync).read(), folder.read()
    is_its_own = status is not None and (
        record is None or record.paths == [source_text(status["application"])]
    )
    if status is None or not is_its_own:  # what is kept there may be of an earlier mesh
        raise NotSyncedError(f"mesh {folder.name} follows no repository; `laneway sync` makes one")
    return status


def _running(folder: MeshFolder) -> MeshRecord:
    seen = look(folder)
    if seen.condition != "running" or seen.record is None:
        raise NotSyncedError(f"no process runs mesh {folder.name}; `laneway sync` starts one")
    if seen.record.state != "ready":
        raise NotSyncedError(f"mesh {folder.name} is still starting")
    status_of(folder)
    return seen.record
