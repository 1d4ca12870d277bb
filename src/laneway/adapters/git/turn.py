"""Who writes to a branch from a work tree: one program at a time.

Comes in: a repository. Goes out: the turn, a lock on a file in the folder that Git keeps for this
work tree, which ends with whoever holds it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Sequence

from laneway.adapters.git.repository import GitError, Repository, git_ended


class Turn:
    """The right to write to a branch from a work tree, which one program has at a time.

    Programs that it starts hold it as well: a `git` that outlives a killed runner is waited for.
    """

    def __init__(self, file: int) -> None:
        self.file = file

    @classmethod
    def taken(cls, repository: Repository, name: str) -> Turn | None:
        """Return the turn, None where another has it."""
        path = os.path.join(git_folder(repository), f"laneway-release-{name}.lock")
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return None
        return cls(file)

    def end(self) -> None:
        """Give it back."""
        os.close(self.file)


def git_folder(repository: Repository) -> str:
    """Return the folder in which Git keeps what is this work tree's."""
    words: Sequence[str] = ("git", "-C", repository.top, "rev-parse", "--absolute-git-dir")
    said = git_ended(words)
    if said.returncode:
        raise GitError(said.stderr.decode(errors="replace").strip())
    return said.stdout.decode(errors="surrogateescape").removesuffix("\n")
