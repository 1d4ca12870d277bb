"""What a release needs of the place in which its weights are written, whatever that is.

A work tree is one such place, a cluster another. Each says where the release stands and what the
weights are, and moves them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, Protocol

from msgspec import Struct

from laneway.core.findings.finding import Finding
from laneway.core.release.lane_traffic import Weights
from laneway.core.release.proposals import Proposal
from laneway.core.release.standing import ReleaseStanding
from laneway.core.release.step import ToCommit

Delivered = Literal["done", "again"]
"""A commit is there, or the branch has moved meanwhile and everything is to be looked at anew."""


class NotWrittenError(Exception):
    """Nothing can be written as things are; the findings say why."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("; ".join(one.message for one in findings))
        self.findings = tuple(findings)


class NotReadableError(OSError):
    """Files cannot be read, as while a person writes them: what their weights are is unknown."""

    def __init__(self, paths: Iterable[str]) -> None:
        super().__init__(f"{', '.join(paths)} cannot be read")


class NotReachedError(OSError):
    """The place cannot be asked, or does not take what is written now; the text says why."""


class Books(Struct, frozen=True):
    """What the work tree says: the newest commit, where the release stands, the files' weights.

    `commit` is the one whose trailer says so. `proposed` waits to be merged; `waits` says so.
    """

    head: str
    standing: ReleaseStanding | None
    commit: str
    moved: bool
    weights: Weights
    proposed: Proposal | None = None
    waits: str = ""


class WeightsSide(Protocol):
    """A place of weights."""

    branch: str
    """What has to be checked out there."""

    @property
    def proposes(self) -> bool:
        """Whether moves are proposed, for somebody to merge."""

    def is_here(self) -> bool:
        """Whether something may be read and written now. Raises NotReachedError, GitError."""

    def follow(self) -> None:
        """Take over what is new, and finish what a killed runner left."""

    def books(self) -> Books:
        """Read where the release stands. Raises NotReadableError."""

    def deliver(self, wanted: ToCommit, head: str) -> Delivered:
        """Move weights, or write where the release stands, on top of what was read.

        Raises NotWrittenError, NotReachedError, GitError.
        """

    def push_rest(self) -> bool:
        """Hand on what is left; whether all of it is."""
