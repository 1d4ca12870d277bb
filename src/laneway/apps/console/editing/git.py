"""Edits as commits: on the branch that is checked out, or on one of their own to propose.

Comes in: paths in a work tree, an edit. Goes out: a commit of the files that it changes, and of no
others. A file with changes that nobody committed is not touched. Git's head is what a form was read
at: who comes second is told what was committed since.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from msgspec.structs import replace

from laneway.adapters.files import Reader
from laneway.adapters.git import GitError, Repository
from laneway.apps.console.editing.folder import FolderEditing
from laneway.apps.console.editing.work_tree import Committing, WorkTree
from laneway.apps.console.editing.writing import outcome_of
from laneway.apps.release.preparing import Prepared
from laneway.core.edits.file_text import FileEdit
from laneway.core.edits.forms.at_fields import at_field
from laneway.core.edits.forms.meanwhile import EditConflict
from laneway.core.edits.forms.offers import Offers
from laneway.core.edits.forms.values import FormEdit
from laneway.core.edits.history import uncommitted
from laneway.core.emit.istio import Layout
from laneway.core.findings.finding import Finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.views.form_outcome import (
    CommitStanding,
    EditOutcome,
    EditWritten,
    WayKind,
    WayTold,
)
from laneway.core.views.form_preview import Preview, form_of


class GitEditing:
    """A work tree's files, changed by commits."""

    kind: WayKind = "git"

    def __init__(
        self,
        reader: Reader,
        repository: Repository,
        committing: Committing,
        layout: Layout = "istio",
        follows: str = "",
    ) -> None:
        """Nothing is read before a call. `follows` is the branch that has to be checked out."""
        self._files = FolderEditing(reader, layout)
        self.tree = WorkTree(repository, committing, follows)

    async def told(self) -> WayTold:
        """Return where an edit goes. Raises GitError."""
        return await asyncio.to_thread(self.tree.told)

    async def head(self) -> str:
        """Return the newest commit. Raises GitError."""
        return await asyncio.to_thread(self.tree.head)

    async def way_of(self, kind: str, name: str) -> GitEditing:
        """Return the way of an object: this one."""
        del kind, name
        return self

    async def mesh(self) -> Mesh:
        """Return what the work tree says now."""
        return await self._files.mesh()

    async def offers(self) -> Offers:
        """Return what forms offer."""
        return await self._files.offers()

    async def standing(self, commit: str, live: str, since: float | None) -> CommitStanding:
        """Return how far a commit is, where another serves since then. Raises GitError."""
        return await asyncio.to_thread(self.tree.standing, commit, live, since)

    async def preview(self, edit: FormEdit) -> Preview | EditConflict:
        """Return what an edit would be. Raises GitError."""
        found = await self._files.preview(edit)
        return await asyncio.to_thread(self._as_commit, edit, found)

    async def write(self, edit: FormEdit, by: str) -> EditOutcome:
        """Commit an edit. Raises GitError with the words of `git`: of a hook, of a remote."""
        return await asyncio.to_thread(self._written, edit, by)

    def _as_commit(self, edit: FormEdit, found: Preview | EditConflict) -> Preview | EditConflict:
        """Say of an edit what keeps it from being a commit, and what was committed since."""
        self.tree.check()
        since = self._since(edit)
        if isinstance(found, EditConflict):
            return replace(found, commits=since)
        faults = self._faults(found.files)
        if not faults:
            return replace(found, since=since)
        told = (*found.findings, *(at_field(one, form_of(edit), None) for one in faults))
        return replace(found, findings=told, has_errors=True, is_refused=True, since=since)

    def _written(self, edit: FormEdit, by: str) -> EditOutcome:
        since = self._since(edit)

        def write(ready: Prepared, by: str) -> EditOutcome:
            if faults := self._faults([one.path for one in ready.edits if one.before is not None]):
                form = form_of(edit)
                told = tuple(at_field(one, form, None) for one in faults)
                return Preview(ready.draft.title, findings=told, has_errors=True, is_refused=True)
            return self._delivered(ready, ready.edits, by)

        found = self._files.written(edit, by, write)
        if isinstance(found, EditConflict):
            return replace(found, commits=since)
        return replace(found, since=since) if isinstance(found, EditWritten) else found

    def _delivered(self, ready: Prepared, edits: Sequence[FileEdit], by: str) -> EditWritten:
        made = self.tree.deliver(edits, _message(ready, by))
        return replace(
            outcome_of(ready, by, made.commit),
            branch=made.branch,
            became=self.tree.committing.becomes,
            page=made.page,
            left=made.left,
        )

    def _since(self, edit: FormEdit) -> tuple[str, ...]:
        return self.tree.since(edit.shown.head) if edit.shown else ()

    def _faults(self, paths: Sequence[str]) -> tuple[Finding, ...]:
        """Say of files that somebody has changed them without a commit."""
        states = self.tree.repository.states(paths) if paths else {}
        return tuple(uncommitted(path, state) for path, state in states.items())


def git_editing(reader: Reader, committing: Committing, follows: str = "") -> GitEditing:
    """Return the way of paths in one work tree. Raises GitError where they are in none, or in two.

    A path that is not there yet counts where its folder is.
    """
    found = {path: Repository.of(path) for path in reader.paths}
    for path, one in found.items():
        if one is None:
            raise GitError(f"{path} is in no work tree of Git: there is nothing to commit to")
    repositories = {one for one in found.values() if one is not None}
    if len(repositories) != 1:
        raise GitError(f"{' and '.join(found)} are in several repositories: an edit is one commit")
    editing = GitEditing(reader, repositories.pop(), committing, follows=follows)
    prefix = committing.prefix
    if prefix and not editing.tree.repository.is_legal_branch(f"{prefix}/x"):
        raise GitError(f"{prefix!r} begins no branch")
    editing.tree.check()
    return editing


def _message(ready: Prepared, by: str) -> str:
    said = "\n".join(f"{one[0].upper()}{one[1:]}" for one in ready.draft.said)
    return "\n\n".join((ready.draft.title, said, f"By {by}, in the console."))
