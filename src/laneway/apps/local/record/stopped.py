"""Which workloads of a running mesh somebody stopped: a file for each, in the mesh's folder.

Comes in: names, from whoever stops and starts. Goes out: StoppedNames, which say of a replica
whether it is to stay down. Files are the state, so that edits of the mesh and restarts of programs
cannot lose it, two hands at once write side by side, and it goes with the mesh.
"""

from __future__ import annotations

import signal
from collections.abc import Iterable
from urllib.parse import quote, unquote

from msgspec import Struct

from laneway.apps.local.record.state import MeshFolder
from laneway.core.fleet.wanted import Wanted

LOOK_AGAIN = signal.SIGUSR1
"""Tells the process that runs a mesh to look at these files again."""


class StoppedNames(Struct, frozen=True):
    """What is to stay down: workloads (`Deployment default/cart`) and single replicas (`cart-0`).

    A workload is stopped with all its replicas, also those an edit adds or replaces later.
    """

    names: frozenset[str] = frozenset()

    def has(self, wanted: Wanted) -> bool:
        """Whether a replica is to stay down."""
        return not self.names.isdisjoint((wanted.name, str(wanted.workload)))


def read_stopped(folder: MeshFolder) -> StoppedNames:
    """Return what is to stay down in a mesh."""
    if not folder.stopped.is_dir():
        return StoppedNames()
    return StoppedNames(frozenset(unquote(file.name) for file in folder.stopped.iterdir()))


def keep_down(folder: MeshFolder, names: Iterable[str]) -> None:
    """Have workloads or replicas stay down."""
    folder.stopped.mkdir(exist_ok=True)
    for name in names:
        (folder.stopped / quote(name, safe="")).touch()


def let_up(folder: MeshFolder, names: Iterable[str]) -> None:
    """Have workloads or replicas come up again."""
    for name in names:
        (folder.stopped / quote(name, safe="")).unlink(missing_ok=True)
