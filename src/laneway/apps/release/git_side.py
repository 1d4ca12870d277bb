"""The work tree, as a release sees it: where it stands, what the files say, and commits.

Comes in: paths, a plan. Goes out: what is at hand, and commits that move weights. A commit is made
whole before anything else knows of it; then it is pushed, where that is wanted; then the branch and
the files follow. Whoever is killed in between leaves what the next one finds and finishes.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from msgspec import Struct

from laneway.adapters.files import read_paths
from laneway.adapters.files.written import write_all
from laneway.adapters.git import Branch, BranchMovedError, GitError, Repository
from laneway.apps.release.preparing import Prepared, prepared
from laneway.apps.release.restoring import draft_back
from laneway.core.edits.draft import Draft, draft_of
from laneway.core.edits.history import uncommitted
from laneway.core.edits.lane_splits import lane_splits
from laneway.core.edits.weights import set_to
from laneway.core.findings.finding import Finding
from laneway.core.mesh.link import link
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.release.books import Books, Delivered, NotReadableError, NotWrittenError
from laneway.core.release.lane_traffic import weights_of
from laneway.core.release.proposals import Proposal, ahead_of, branch_name, waiting
from laneway.core.release.stages import is_moved
from laneway.core.release.standing import TRAILER, ReleaseStanding, read_standing
from laneway.core.release.step import ToCommit
from laneway.core.resources.releases.plan import Plan

_FETCHED_EVERY = 5.0
"""Seconds between two questions to the remote; what comes in between is met when something is
pushed."""


class Pushing(Struct, frozen=True):
    """What is pushed: commits to the branch, or each as a branch of its own, under a prefix."""

    is_wanted: bool = False
    prefix: str = ""


class GitSide:
    """A work tree and the branch that is checked out there."""

    def __init__(
        self, paths: Sequence[str], plan: Plan, branch: Branch, *, pushing: Pushing, all_files: bool
    ) -> None:
        self._paths = paths
        self._plan = plan
        self._branch = branch
        self.branch = branch.place()[1].removeprefix("refs/heads/")
        if self.branch == "HEAD":
            raise GitError("no branch is checked out: a release is commits of a branch")
        self._push = pushing.is_wanted or bool(pushing.prefix)
        self._prefix = pushing.prefix
        self._proposed: set[str] = set()
        self._all_files = all_files
        self._finished = ""
        self._known: tuple[str, tuple[str, ReleaseStanding] | None] | None = None
        self._fetched = -_FETCHED_EVERY

    def is_here(self) -> bool:
        """Whether the branch of the release is checked out; on any other one nothing is said of it.

        It is not while a person is on another branch, or in the middle of a rebase.
        """
        return self._branch.place()[1] == f"refs/heads/{self.branch}"

    def follow(self) -> None:
        """Finish what a killed runner left, and take over what the remote has."""
        self._finish()
        if self._push and time.monotonic() - self._fetched > _FETCHED_EVERY:
            self._fetched = time.monotonic()
            self._branch.fetch()
            if self._prefix:
                self._branch.fetch_proposals(self._prefix, self._plan.name)
            self._finish()

    def books(self) -> Books:
        """Read where the release stands. Raises NotReadableError."""
        head = self._branch.head()
        commit, standing = self._standing_at(head) or ("", None)
        snapshot = self._snapshot()
        if snapshot.unread:
            raise NotReadableError(snapshot.unread)
        mesh = link(snapshot)
        moved = standing is not None and is_moved(mesh, self._plan, standing)
        weights = weights_of(lane_splits(mesh))
        known = proposals(self._branch, self._plan.name) if self._prefix else []
        found, standing = ahead_of(standing, known)
        waits = waiting(found, is_there=self._is_there(found)) if found else ""
        return Books(head, standing, commit, moved, weights, found, waits)

    @property
    def proposes(self) -> bool:
        """Whether moves are proposed, for somebody to merge."""
        return bool(self._prefix)

    def checked(self, weights: Mapping[str, int]) -> tuple[Finding, ...]:
        """Return what keeps weights from being written, of files as they are."""
        found = prepared(
            self._paths, self._snapshot(), lambda mesh, _: draft_of(set_to(mesh, weights), "")
        )
        return found.findings if found.is_refused else ()

    def deliver(self, wanted: ToCommit, head: str) -> Delivered:
        """Make a commit on top of the newest one. Raises NotWrittenError, GitError."""
        files, shares = self._files(wanted)
        title = f"Release {self._plan.name}: {wanted.title}{f': {shares}' if shares else ''}"
        trailer = f"{TRAILER}: {wanted.standing.trailer()}"
        message = "\n\n".join(filter(None, (title, "\n".join(wanted.reasons), trailer)))
        made = self._branch.make(head, files, message)
        if self._prefix:
            return self._propose(made, branch_name(self._prefix, wanted.standing))
        at_once = not wanted.weights and wanted.weights is not None
        if self._push and not at_once and not self._pushed(made):
            self._fetched = -_FETCHED_EVERY
            return "again"
        try:
            self._branch.advance(made, head)
        except BranchMovedError:
            return "again"
        self._finish()
        return "done"

    def push_rest(self) -> bool:
        """Push what the remote does not have yet; whether it has all of it. Raises GitError."""
        if self.is_pushed() or self._pushed(self._branch.head()):
            return True
        self._branch.replay()
        return False

    def is_pushed(self) -> bool:
        """Whether nothing is left to push."""
        return not self._push or self.proposes or self._branch.is_pushed()

    def _propose(self, made: str, branch: str) -> Delivered:
        """Push a commit as a branch of its own. One that is gone unmerged is not made again."""
        if branch in self._proposed:
            raise GitError(
                f"{branch} is gone from the remote, and not merged: "
                "`laneway release abort`, or a runner that begins anew, goes on"
            )
        answer, _ = self._branch.propose(made, branch, self._plan.name)
        if answer != "taken":
            self._fetched = -_FETCHED_EVERY
            raise GitError(f"the remote does not take {branch}: it is {answer}")
        self._proposed.add(branch)
        return "done"

    def _is_there(self, proposal: Proposal) -> bool:
        """Whether the files are as a proposal wants them, though no trailer says so."""
        at = proposal.standing
        if at.stage > len(self._plan.stages):
            return False
        weights = {} if at.phase == "aborted" else self._plan.stages[at.stage - 1].weights
        found = self._prepared(ToCommit(at, weights, ""))
        return not found.is_refused and not found.edits

    def _pushed(self, commit: str) -> bool:
        answer = self._branch.push(commit)
        if answer == "forbidden":
            raise GitError(
                "the remote lets nobody push to this branch: name a runner that may, "
                "or propose each move, by `laneway release run --pr-branch PREFIX`"
            )
        return answer == "taken"

    def _finish(self) -> None:
        """Bring files and index to a commit of ours where they are still as before it."""
        head = self._branch.head()
        found = self._standing_at(head)
        if head == self._finished or found is None or found[0] != head:
            return
        self._finished = head
        if left := self._branch.left_behind():
            with self._branch.aside() as folder:
                write_all(left, folder)

    def _standing_at(self, head: str) -> tuple[str, ReleaseStanding] | None:
        """Return where the release stands; history is read only where the branch has moved."""
        if self._known is None or self._known[0] != head:
            self._known = head, standings(self._branch, self._plan.name)
        return self._known[1]

    def _files(self, wanted: ToCommit) -> tuple[dict[str, bytes], str]:
        """Return the files that a commit changes, and the weights in words."""
        if wanted.weights is None:
            return {}, ""
        found = self._prepared(wanted)
        if found.is_refused:
            raise NotWrittenError(found.findings)
        paths = [one.path for one in found.edits]
        states = self._branch.repository.states(paths)
        if states:
            raise NotWrittenError([uncommitted(path, state) for path, state in states.items()])
        shares = found.draft.title.partition(": ")[2]
        return {one.path: one.after or b"" for one in found.edits}, shares

    def _prepared(self, wanted: ToCommit) -> Prepared:
        weights, before = wanted.weights, wanted.standing.before

        def draft(mesh: Mesh, snapshot: Snapshot) -> Draft:
            if weights:
                return draft_of(set_to(mesh, weights), "Set")
            return draft_back(mesh, snapshot, self._plan.lane, before)

        return prepared(self._paths, self._snapshot(), draft, all_files=self._all_files)

    def _snapshot(self) -> Snapshot:
        return read_paths(list(self._paths), all_files=self._all_files)


def standings(branch: Branch, name: str) -> tuple[str, ReleaseStanding] | None:
    """Return the newest commit that says where a release stands, and what it says.

    Raises GitError where that, or what it would go back to, may lie beyond the history at hand.
    """
    read = ((commit, read_standing(value)) for commit, value in branch.trailers(TRAILER, name))
    known = ((commit, one) for commit, one in read if one is not None and one.name == name)
    found = next(known, None)
    repository = branch.repository
    if repository.is_cut_off() and (found is None or not repository.has_commit(found[1].before)):
        raise GitError(
            f"history is cut off, so where release {name} stands is not in it: "
            "`git fetch --unshallow`; in CI fetch all commits"
        )
    return found


def proposals(branch: Branch, name: str) -> list[Proposal]:
    """Return the branches of a release that were met at the remote last."""
    found = (
        (there, read_standing(value), changes)
        for there, value, changes in branch.proposals(TRAILER, name)
    )
    return [Proposal(there, at, not changes) for there, at, changes in found if at is not None]


def standing_of(branch: Branch, name: str) -> ReleaseStanding | None:
    """Return where a release stands, by its branch and by records beside it."""
    _, at = standings(branch, name) or ("", None)
    return ahead_of(at, proposals(branch, name))[1]


def repository_of(path: str) -> Repository:
    """Return the repository of a path. Raises GitError where there is none with a commit."""
    found = Repository.of(path)
    if found is None or not found.has_commit():
        raise GitError(f"{path} is in no Git repository with a commit: a release is its history")
    return found
