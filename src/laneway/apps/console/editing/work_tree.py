"""A person's work tree, to which edits of files are delivered as commits.

Comes in: files as they are to be, a message. Goes out: a commit on the branch that is checked out,
the same pushed, or a pushed branch of its own to propose; or why nothing is. What is pushed is made
beside the work tree, and branch, index and files follow once the remote has it: whom a remote
refuses has lost nothing. Hooks of commits run where nothing is pushed, that of pushes does else.
"""

from __future__ import annotations

import shlex
import time
from collections.abc import Sequence

from msgspec import Struct

from laneway.adapters.files.written import held, write_all
from laneway.adapters.git import Branch, BranchMovedError, GitError, Repository
from laneway.apps.console.editing.writing import write_edits
from laneway.core.edits.file_text import FileEdit
from laneway.core.git.proposed_page import proposed_page
from laneway.core.views.form_outcome import CommitStanding, WaitingProposal, WayEnd, WayTold

NAME = "console"
"""Under what proposals are kept in mind: their branches are PREFIX/console-COMMIT."""
_UPSTREAM = "@{upstream}"
_FETCHED_EVERY = 5.0
"""Seconds between two questions to the remote of how far a commit is."""


class NotDeliveredError(GitError):
    """Nothing was pushed, and nothing here is another than before; the text says how to go on."""


class Committing(Struct, frozen=True):
    """What becomes of a commit: it is pushed, or proposed as a branch whose name begins so."""

    push: bool = False
    prefix: str = ""

    @property
    def becomes(self) -> WayEnd:
        """The same in a word."""
        if self.prefix:
            return "proposed"
        return "pushed" if self.push else "committed"


class DeliveredCommit(Struct, frozen=True):
    """A commit, the branch it is on, its page at the code host, and files that did not follow."""

    commit: str
    branch: str
    page: str = ""
    left: tuple[str, ...] = ()


class WorkTree:
    """The work tree. `follows` is the branch that has to be checked out, if any one has to."""

    def __init__(self, repository: Repository, committing: Committing, follows: str = "") -> None:
        """Nothing is asked before a call."""
        self.repository = repository
        self.committing = committing
        self._follows = follows
        self._branch = Branch(repository)
        self._fetched = -_FETCHED_EVERY

    def head(self) -> str:
        """Return the newest commit. Raises GitError."""
        return self._branch.head()

    def check(self) -> None:
        """Find out whether edits can be delivered from here. Raises GitError with the reason."""
        if not self.repository.has_commit():
            raise GitError(f"{self.repository.top} has no commit yet")
        commit, ref = self._branch.place()
        name = ref.removeprefix("refs/heads/")
        if name == "HEAD":
            raise GitError(f"{self.repository.top} has no branch checked out, but {commit[:10]}")
        if self._follows not in ("", "HEAD", name, ref) and self.repository.has_branch(
            self._follows.removeprefix("refs/heads/")
        ):
            wants = self._follows.removeprefix("refs/heads/")
            raise GitError(
                f"{wants} is followed, and {self.repository.top} has {name} checked out: "
                f"`git switch {wants}`"
            )
        if self.committing.becomes != "committed":
            self._branch.upstream()

    def told(self) -> WayTold:
        """Return where an edit goes. Raises GitError."""
        becomes, name = self.committing.becomes, self.repository.branch()
        if becomes == "committed":
            return WayTold("git", becomes, self.repository.top, name)
        remote, there = self._upstream()
        return WayTold(
            "git",
            becomes,
            self.repository.top,
            name,
            f"{remote}/{there}",
            self._ahead(),
            tuple(self._waiting()) if becomes == "proposed" else (),
        )

    def since(self, commit: str) -> tuple[str, ...]:
        """Return what came since a commit, a line for each; nothing where that is not known."""
        return tuple(one.said for one in self.repository.since(commit)) if commit else ()

    def deliver(self, edits: Sequence[FileEdit], message: str) -> DeliveredCommit:
        """Deliver files. Raises NotDeliveredError, GitError with the words of `git`."""
        self.check()
        if self.committing.becomes == "committed":
            return self._commit(edits, message)
        head = self.head()
        self._demand_newest(edits)
        made = self._branch.make(head, {one.path: one.after for one in edits}, message)
        if self.committing.becomes == "proposed":
            return self._propose(made)
        answer, _ = self._branch.offered(made)
        if answer != "taken":
            raise NotDeliveredError(self._why_not(answer))
        return DeliveredCommit(made, self._upstream()[1], "", self._take_over(made, head, edits))

    def standing(self, commit: str, live: str = "", since: float | None = None) -> CommitStanding:
        """Return how far a commit is, where the commit `live` serves since then."""
        if not self.repository.has_commit(commit):
            return CommitStanding(commit, "gone")
        becomes = self.committing.becomes
        if becomes != "committed":
            self._ask()
        if live and self._is_in(commit, live):
            return CommitStanding(commit, "live", since)
        if becomes == "committed":
            return CommitStanding(commit, "pushed" if self._is_there(commit) else "committed")
        if becomes == "pushed":
            return CommitStanding(commit, "pushed")
        if self._is_in(commit, _UPSTREAM):
            return CommitStanding(commit, "merged")
        waits = any(one == commit for _, one, _ in self._branch.unmerged(NAME))
        return CommitStanding(commit, "proposed" if waits else "gone")

    def _commit(self, edits: Sequence[FileEdit], message: str) -> DeliveredCommit:
        """Write files and commit them; where that fails they hold again what they held."""
        write_edits(edits)
        try:
            self.repository.commit([one.path for one in edits], message)
        except GitError:
            after = {one.path: one for one in edits}
            write_all({path: one.before for path, one in after.items() if held(path) == one.after})
            raise
        return DeliveredCommit(self.head(), self.repository.branch())

    def _propose(self, made: str) -> DeliveredCommit:
        """Push a commit as a branch of its own; nothing here is another than before."""
        name = f"{self.committing.prefix}/{NAME}-{made[:10]}"
        answer, said = self._branch.propose(made, name, NAME)
        if answer != "taken":
            raise NotDeliveredError(f"the remote does not take {name}: it is {answer}")
        return DeliveredCommit(made, name, proposed_page(said, name))

    def _take_over(self, made: str, head: str, edits: Sequence[FileEdit]) -> tuple[str, ...]:
        """Move branch, index and files to what the remote has; return files that stay."""
        try:
            self._branch.advance(made, head)
        except BranchMovedError as error:
            raise GitError(
                f"{made[:10]} is pushed, and somebody committed here meanwhile: "
                f"`{self._pull('--rebase')}` brings both together\n{error}"
            ) from error
        left = tuple(one.path for one in edits if held(one.path) != one.before)
        write_edits([one for one in edits if one.path not in left])
        try:
            self._branch.index_follows([one.path for one in edits])
        except BranchMovedError as error:
            raise GitError(
                f"{made[:10]} is pushed and committed, and another `git` has the index: "
                f"`git -C {shlex.quote(self.repository.top)} restore --staged .` brings it along"
                f"\n{error}"
            ) from error
        return left

    def _demand_newest(self, edits: Sequence[FileEdit]) -> None:
        """Raise NotDeliveredError where the remote has more, and an edit is of what was before."""
        theirs = self._branch.behind()
        if not theirs:
            return
        inside = [self.repository.inside(one.path) for one in edits]
        if self.committing.prefix and self.repository.is_alike("HEAD", theirs, inside):
            return  # a proposal may begin earlier where nobody changed its files
        raise NotDeliveredError(self._why_not("behind", theirs))

    def _why_not(self, answer: str, theirs: str = "FETCH_HEAD") -> str:
        remote, there = self._upstream()
        if answer != "behind":
            return (
                f"{remote} lets nobody push to {there}: start the console with "
                "--pr-branch PREFIX, and each edit is a branch to propose"
            )
        self._branch.behind()
        commits = "; ".join(one.said for one in self.repository.since("HEAD", theirs))
        how = "--ff-only" if self._branch.has("HEAD", theirs) else "--rebase"
        return (
            f"{remote}/{there} has what this work tree lacks: {commits}. "
            f"`{self._pull(how)}` takes it over. The form keeps what is in it: apply it then."
        )

    def _pull(self, how: str) -> str:
        return f"git -C {shlex.quote(self.repository.top)} pull {how}"

    def _waiting(self) -> list[WaitingProposal]:
        found = self._branch.unmerged(NAME)
        return [
            WaitingProposal(branch, commit, title, tuple(self.repository.changed(commit)))
            for branch, commit, title in found
            if not self._is_in(commit, _UPSTREAM)
        ]

    def _is_in(self, commit: str, tip: str) -> bool:
        """Whether what a commit says is in another, if by a squash."""
        if not self.repository.has_commit(tip):
            return False
        files = self.repository.changed(commit)
        return self._branch.has(commit, tip) or self.repository.is_alike(commit, tip, files)

    def _is_there(self, commit: str) -> bool:
        """Whether the remote has a commit, as far as was last heard."""
        return self.repository.has_commit(_UPSTREAM) and self._branch.has(commit, _UPSTREAM)

    def _ahead(self) -> int:
        return self._branch.ahead() if self.repository.has_commit(_UPSTREAM) else 0

    def _upstream(self) -> tuple[str, str]:
        remote, there = self._branch.upstream()
        return remote, there.removeprefix("refs/heads/")

    def _ask(self) -> None:
        """Hear what the remote has, once in a while."""
        if time.monotonic() - self._fetched > _FETCHED_EVERY:
            self._fetched = time.monotonic()
            self._branch.behind()
            if self.committing.prefix:
                self._branch.fetch_proposals(self.committing.prefix, NAME)
