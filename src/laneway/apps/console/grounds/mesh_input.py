"""What a mesh on this machine is made of: files, or a repository, and how it is edited there.

Comes in: the mesh's folder, and how the console hands edits on. Goes out: paths, the repository,
and a way to edit, or why there is none. It is asked anew each time: a mesh is started again with
other input as its user likes.
"""

from __future__ import annotations

import time
from typing import Any

from msgspec import Struct

from laneway.adapters.files import Reader
from laneway.adapters.files.search import STDIN
from laneway.adapters.git import GitError
from laneway.apps.console.editing.delivery import EditDelivery
from laneway.apps.console.seams import EditingWay, RepositoryFollowed
from laneway.apps.local.record.state import MeshFolder, MeshRecord
from laneway.apps.local.record.sync_now import status_of, sync_now
from laneway.apps.local.record.synced import SyncFolder
from laneway.apps.terminal.sync_text import source_text

FOLLOWS = (
    "The mesh follows a repository: an edit is a commit to it, or a pull request. Start the "
    "console with a work tree of yours, by `laneway console --work-tree FOLDER --push` or, for "
    "pull requests, `--pr-branch PREFIX`."
)
"""Why objects that are taken from a repository are not edited here."""


class _FollowedByMesh(Struct, frozen=True):
    """The repository that a mesh follows: its process looks, and answers."""

    folder: MeshFolder

    def status(self) -> dict[str, Any]:
        """Return how it is followed."""
        return status_of(self.folder)

    def sync(self, *, prune: bool) -> dict[str, Any]:
        """Have the mesh look now, and wait for what comes of it."""
        return sync_now(self.folder, time.sleep, lambda _: None, prune=prune)


class MeshInput:
    """The input of a mesh."""

    def __init__(self, folder: MeshFolder, delivery: EditDelivery) -> None:
        """Nothing is read before it is asked for."""
        self._folder = folder
        self._delivery = delivery
        self._way: tuple[object, EditingWay | None, str] = ("", None, "")

    @property
    def _application(self) -> dict[str, Any] | None:
        """What is followed; what is kept of that may be of an earlier mesh."""
        status, record = SyncFolder(self._folder.sync).read(), self._folder.read()
        told: dict[str, Any] | None = status["application"] if status else None
        is_its_own = told and (record is None or record.paths == [source_text(told)])
        return told if is_its_own else None

    @property
    def way(self) -> EditingWay | None:
        """How what the mesh is made of is edited: its files, or a work tree of its repository."""
        return self._found_way()[0]

    @property
    def why_no_way(self) -> str:
        """Why nothing is edited."""
        return self._found_way()[1]

    def _found_way(self) -> tuple[EditingWay | None, str]:
        """Return the way and why there is none; looked for anew where the mesh is another."""
        told, record = self._application, self._folder.read()
        of = (told, record and (record.paths, record.namespace))
        if self._way[0] != of or self._way[1] is None:
            try:
                self._way = (of, *self._looked_for(told, record))
            except GitError as error:
                self._way = of, None, f"{FOLLOWS if told else ''} {error}.".strip()
        return self._way[1:]

    def _looked_for(
        self, told: dict[str, Any] | None, record: MeshRecord | None
    ) -> tuple[EditingWay | None, str]:
        if told is not None:
            if not self._delivery.work_tree:
                return None, FOLLOWS
            return self._delivery.of_application(told), ""
        paths = self.paths()
        if record is None or not paths:
            return None, "The mesh is read from standard input, or is gone."
        if self._delivery.work_tree:
            raise GitError("the mesh is made of files: start the console without --work-tree")
        return self._delivery.of_paths(Reader(paths, namespace=record.namespace)), ""

    @property
    def followed(self) -> RepositoryFollowed | None:
        """The repository that the mesh follows."""
        return _FollowedByMesh(self._folder) if self._application is not None else None

    def paths(self) -> tuple[str, ...]:
        """Return the paths a mesh is read from; none of one that follows a repository."""
        record = self._folder.read()
        if record is None or STDIN in record.paths or self._application is not None:
            return ()
        return tuple(record.paths)
