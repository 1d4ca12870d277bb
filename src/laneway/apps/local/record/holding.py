"""Which workloads of a running mesh somebody stopped: a file for each, in the mesh's folder.

Comes in: names, from whoever stops and starts. Goes out: a Held, which says of a replica whether it
is to stay down. Files are the state, so that edits of the mesh and restarts of programs cannot lose
it, two hands at once write side by side, and it goes with the mesh.
"""

from __future__ import annotations

import signal
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, unquote

from laneway.apps.local.record.state import MeshFolder
from laneway.core.fleet.wanted import Wanted

LOOK_AGAIN = signal.SIGUSR1
"""Tells the process that runs a mesh to look at these files again."""


@dataclass(frozen=True, slots=True)
class Held:
    """What is to stay down: workloads (`Deployment default/cart`) and single replicas (`cart-0`).

    A workload is held with all its replicas, also those an edit adds or replaces later.
    """

    names: frozenset[str] = frozenset()

    def holds(self, wanted: Wanted) -> bool:
        """Whether a replica is to stay down."""
        return not self.names.isdisjoint((wanted.name, str(wanted.workload)))


def held(folder: MeshFolder) -> Held:
    """Return what is to stay down in a mesh."""
    if not folder.held.is_dir():
        return Held()
    return Held(frozenset(unquote(file.name) for file in folder.held.iterdir()))


def hold(folder: MeshFolder, names: Iterable[str]) -> None:
    """Have workloads or replicas stay down."""
    folder.held.mkdir(exist_ok=True)
    for name in names:
        (folder.held / quote(name, safe="")).touch()


def let_go(folder: MeshFolder, names: Iterable[str]) -> None:
    """Have workloads or replicas come up again."""
    for name in names:
        (folder.held / quote(name, safe="")).unlink(missing_ok=True)
