"""A mesh that follows an Application, from the first look at its repository to its end.

Comes in: a folder for its state, how a mesh is run, what is followed. Goes out: an exit code, as
`laneway up` has them. Only wiring: the store is made here, the mesh is run as any other.
"""

from __future__ import annotations

import shlex
import sys

from laneway.adapters.files import read_paths
from laneway.adapters.gitstore import FolderTaken, Store
from laneway.apps.local.mesh.configuration import Options
from laneway.apps.local.mesh.detach import Release, in_background
from laneway.apps.local.mesh.up import ERRORS, FAILED, Launch, already_running, finding_text
from laneway.apps.local.record.outside import look
from laneway.apps.local.record.refusal import Provenance
from laneway.apps.local.record.state import MeshFolder
from laneway.apps.local.record.synced import SyncFolder
from laneway.apps.local.sync.following import CommitInput, NothingToFollowError, Wakings
from laneway.apps.local.sync.keeping import SyncStatus
from laneway.apps.repository.followed import FollowedApplication
from laneway.core.mesh.snapshot import Snapshot


def sync(
    folder: MeshFolder, options: Options, followed: FollowedApplication, *, detach: bool
) -> int:
    """Run a mesh that follows a repository until it is told to stop.

    Raises Unguarded, OSError.
    """
    if followed.hook is not None:
        followed.hook.tried()

    def run(release: Release | None) -> int:
        try:
            with Store(str(SyncFolder(folder.sync).store)) as store:
                launch = Launch(folder, options, following(folder, followed, store))
                return _launched(launch, release)
        except FolderTaken as error:
            runs = look(folder).condition == "running"
            sys.stderr.write(f"{already_running(folder)}\n" if runs else f"Error: {error}.\n")
            return FAILED

    return in_background(run) if detach else run(None)


def _launched(launch: Launch, release: Release | None) -> int:
    """Run a mesh, or tell why there is nothing that it could run."""
    try:
        return launch.run_alone(release)
    except NothingToFollowError as error:
        launch.screen.warn(finding_text(error.looked.findings))
        return ERRORS if error.looked.is_gone else FAILED


def following(folder: MeshFolder, followed: FollowedApplication, store: Store) -> CommitInput:
    """Return what a mesh takes its input from."""
    repository = followed.asked_through(store)
    source = followed.source

    def left() -> Snapshot:
        """Return what a killed mesh of the same source left serving."""
        record = folder.read()
        if record is None or record.paths != [source] or not folder.input.is_file():
            return Snapshot()
        return read_paths([str(folder.input)], namespace=record.namespace)

    status = SyncStatus(SyncFolder(folder.sync), followed.application, left)
    provenance = Provenance(
        paths=(source,),
        name="the repository says",
        edit="the newest commit of its repository",
        edits="its repository",
        shows=f"laneway sync status --name {folder.name}",
        checks=f"laneway check {shlex.quote(str(folder.input))}",
        is_here=False,
        namespace=followed.namespace,
    )
    wakings = Wakings(followed.poll, followed.hook)
    return CommitInput(repository, followed.policy, status, provenance, wakings)
