"""How edits are to be delivered, as somebody who starts a console says it.

Comes in: a choice. Goes out: the way of paths, or of the work tree of a repository that is
followed; or why there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from laneway.adapters.files import Reader
from laneway.adapters.git import GitError, Repository
from laneway.apps.console.editing.folder import FolderEditing
from laneway.apps.console.editing.git import GitEditing, git_editing
from laneway.apps.console.editing.work_tree import Committing
from laneway.core.git.remote import Remote, Way, read_remote

_ALL_WAYS: tuple[Way, ...] = ("https", "ssh", "http", "file")


class EditDelivery(Struct, frozen=True):
    """Without `committing` edits are written. `work_tree` is a folder in a person's work tree."""

    committing: Committing | None = None
    work_tree: str = ""

    def of_paths(self, reader: Reader) -> FolderEditing | GitEditing:
        """Return the way of paths that are the input. Raises GitError."""
        if self.committing is None:
            return FolderEditing(reader)
        return git_editing(reader, self.committing)

    def is_of(self, url: str) -> bool:
        """Whether the work tree, if any is named, is one of a repository."""
        repository = Repository.of(self.work_tree) if self.work_tree else None
        return repository is not None and is_of(repository, url)

    def of_application(self, told: Mapping[str, Any]) -> GitEditing:
        """Return the way of what an Application follows, by its own words. Raises GitError."""
        if self.committing is None or not self.work_tree:
            raise GitError("no work tree is named")
        repository = Repository.of(self.work_tree)
        if repository is None:
            raise GitError(f"{self.work_tree} is in no work tree of Git")
        if not is_of(repository, str(told["repoURL"])):
            raise GitError(f"{repository.top} is no work tree of {told['repoURL']}")
        folder = Path(repository.top) / str(told["path"])
        if not folder.is_dir():
            raise GitError(f"{repository.top} has no folder {told['path']}")
        reader = Reader([str(folder)], namespace=str(told["namespace"]) or "default")
        return git_editing(reader, self.committing, str(told["targetRevision"]))


WRITTEN = EditDelivery()
"""What is chosen where nothing is said."""


def is_of(repository: Repository, url: str) -> bool:
    """Whether a work tree is one of a repository, by the URLs of its remotes.

    A repository that is followed may be the work tree itself.
    """
    wanted = read_remote(url, None, _ALL_WAYS)
    if not isinstance(wanted, Remote):
        return False
    own = Remote("file", "", repository.top)
    known = (read_remote(one, None, _ALL_WAYS) for one in repository.remotes())
    return any(wanted.is_alike(one) for one in (own, *known) if isinstance(one, Remote))
