"""What was fetched: one commit, by its id.

Comes out of the store, and names what can be read of it; the bytes stay in the store.
"""

from __future__ import annotations

from typing import NewType

from msgspec import Struct

CommitId = NewType("CommitId", str)
"""40 hexadecimal digits."""


class FetchedCommit(Struct, frozen=True):
    """A commit in the store.

    `at` is its author's time in seconds since 1970, `subject` the first line of its message in
    printable characters, `tree` the id of its top folder.
    """

    id: CommitId
    tree: str
    at: int
    author: str
    subject: str

    @property
    def short(self) -> str:
        """The commit as people write it: its first ten digits."""
        return self.id[:10]
