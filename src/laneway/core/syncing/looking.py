"""What a look at a repository gives: a commit with its objects, one that is refused, or nothing.

Comes in: what a server said. Goes out: values that tell apart what follows from them: a commit is
followed, a refused one waits for a newer one, and where nobody answered somebody asks again.
"""

from __future__ import annotations

from msgspec import Struct

from laneway.core.findings.finding import Finding
from laneway.core.mesh.snapshot import Snapshot


class Commit(Struct, frozen=True):
    """A commit. `subject` is the first line of its message, `at` its author's time since 1970."""

    id: str
    subject: str = ""
    author: str = ""
    at: int = 0

    @property
    def short(self) -> str:
        """The commit as people write it: its first ten digits."""
        return self.id[:10]

    @property
    def text(self) -> str:
        """The commit with its subject, in a line.

        >>> Commit("0123456789abcdef", "Weights").text, Commit("0123456789abcdef").text
        ('commit 0123456789 (Weights)', 'commit 0123456789')
        """
        return f"commit {self.short} ({self.subject})" if self.subject else f"commit {self.short}"


class Fetched(Struct, frozen=True):
    """A commit and what it holds below the path that is followed."""

    commit: Commit
    snapshot: Snapshot


class Untaken(Struct, frozen=True):
    """The newest commit is refused before anything of it was read as an object."""

    commit: Commit
    findings: tuple[Finding, ...]


class Unreached(Struct, frozen=True):
    """Nobody knows what is newest: the server did not answer, or has no such revision.

    In the second case that `is_gone`: somebody has to bring it back, or to follow another.
    """

    findings: tuple[Finding, ...]
    is_gone: bool = False


Looked = Fetched | Untaken | Unreached
"""What came of a look."""
