"""What keeps a commit from being taken, as one small tree.

Comes in: what a server did, or what it sent. Goes out: an exception that holds findings, whose
words say whom it is about and what mends it; no secret is ever in them. Callers tell apart what
they do next: ask again later, or wait for a newer commit.
"""

# ruff: noqa: N818 - each reads as what is the case

from __future__ import annotations

from laneway.core.findings.finding import Finding


class NotFetched(Exception):
    """No commit came of it; the others are its kinds. `findings` says why; at least one."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__("; ".join(found.message for found in findings))
        self.findings = findings


class NotReached(NotFetched):
    """The server gave no whole answer, or let nobody in: asking again later may help."""


class NotThere(NotFetched):
    """The server has no such repository or revision."""


class NotTaken(NotFetched):
    """What the server has is refused: the same commit is refused again, a newer one may not be.

    `commit` is its id as far as it is known.
    """

    def __init__(self, *findings: Finding, commit: str = "") -> None:
        super().__init__(*findings)
        self.commit = commit


class FolderTaken(Exception):
    """The store's folder belongs to somebody else: another process, or other files."""
