"""Meshes as commands see them from outside: a record of a process that runs, and no more."""

from __future__ import annotations

import os
from typing import Any

from laneway.adapters.processes import identify
from laneway.apps.local.record.state import MeshFolder, MeshRecord, boot_id, mesh_folder
from laneway.core.mesh.one_file import one_file
from laneway.core.mesh.snapshot import Snapshot


def running_mesh(name: str, snapshot: Snapshot | None = None, **values: Any) -> MeshFolder:
    """Have a mesh run, as far as its record tells: this very process stands for it."""
    own = identify(os.getpid())
    assert own is not None
    folder = mesh_folder(name, os.environ)
    folder.logs.mkdir(parents=True)
    about = {"state": "ready", "paths": ["/lanes"], **values}
    record = MeshRecord(
        name=name, pid=own.pid, started=own.started, boot=boot_id(), since=0.0, **about
    )
    folder.write(record)
    if snapshot is not None:
        folder.write_input(one_file(snapshot))
    return folder
