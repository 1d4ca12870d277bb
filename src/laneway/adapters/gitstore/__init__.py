"""Repositories that are followed: fetched into a store of our own, read, and never checked out.

Comes in: a repository's address and a revision that passed their check, and a folder for the store.
Goes out: commits, and Snapshots of their files. Nothing of a repository's configuration,
attributes, hooks, filters or submodules applies; a person's work tree is the business of another
room. What goes beyond limits is refused as a whole.
"""

from laneway.adapters.gitstore.commit import CommitId, FetchedCommit
from laneway.adapters.gitstore.credentials import GitCredentials
from laneway.adapters.gitstore.errors import (
    FolderTaken,
    NotFetched,
    NotReached,
    NotTaken,
    NotThere,
)
from laneway.adapters.gitstore.limits import Limits
from laneway.adapters.gitstore.reader import CommitReader
from laneway.adapters.gitstore.store import Store

__all__ = [
    "CommitId",
    "CommitReader",
    "FetchedCommit",
    "FolderTaken",
    "GitCredentials",
    "Limits",
    "NotFetched",
    "NotReached",
    "NotTaken",
    "NotThere",
    "Store",
]
