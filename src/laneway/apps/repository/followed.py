"""What is followed: a repository, files of it, and what may happen by itself.

Comes in: values that passed their checks. Goes out: the same as one value, and the repository as it
is asked, once there is a store.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from laneway.adapters.gitstore import CommitReader, GitCredentials, Store
from laneway.apps.repository.hook import Hook
from laneway.apps.repository.repository import FollowedRepository
from laneway.core.git.remote import Remote
from laneway.core.git.revision import GitRevision
from laneway.core.git.selection import Selection
from laneway.core.syncing.due import SyncPolicy


class FollowedApplication(Struct, frozen=True):
    """What is followed. `application` is what others are told of it; `poll` is in seconds."""

    application: Mapping[str, Any]
    remote: Remote
    revision: GitRevision
    selection: Selection
    namespace: str
    policy: SyncPolicy
    poll: float
    credentials: GitCredentials = GitCredentials()
    hook: Hook | None = None

    @property
    def source(self) -> str:
        """What is followed, in a line."""
        return f"{self.remote.url} {self.revision.text} {self.selection.path or '.'}"

    def asked_through(self, store: Store) -> FollowedRepository:
        """Return the repository as it is asked."""
        reader = CommitReader(store, self.selection, self.namespace)
        return FollowedRepository(store, self.remote, self.revision, reader, self.credentials)
