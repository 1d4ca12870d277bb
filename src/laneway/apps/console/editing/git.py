"""Edits as commits: on the branch that is checked out, or on one of their own to propose.

Comes in: paths in a work tree, an edit. Goes out: a commit of the files that it changes, and of no
others. A file with changes that nobody committed is not touched. What is proposed is made beside
the work tree, whose files stay as they are; the person's own `git` signs and pushes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from laneway.adapters.files import Reader
from laneway.adapters.files.written import held, write_all
from laneway.adapters.git import Branch, GitError, Repository
from laneway.apps.console.editing.folder import FolderEditing, outcome_of, write_edits
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
from laneway.core.views.form_outcome import EditOutcome, WayKind
from laneway.core.views.form_preview import Preview, form_of


class Committing(Struct, frozen=True):
    """What becomes of a commit: it is pushed, or proposed as a branch whose name begins so."""

    push: bool = False
    prefix: str = ""


class GitEditing:
    """A work tree's files, changed by commits."""

    kind: WayKind = "git"

    def __init__(
        self,
        reader: Reader,
        repository: Repository,
        committing: Committing,
        layout: Layout = "istio",
    ) -> None:
        """Nothing is read before a call."""
        self._files = FolderEditing(reader, layout)
        self._repository = repository
        self._committing = committing

    async def mesh(self) -> Mesh:
        """Return what the work tree says now."""
        return await self._files.mesh()

    async def offers(self) -> Offers:
        """Return what forms offer."""
        return await self._files.offers()

    async def preview(self, edit: FormEdit) -> Preview | EditConflict:
        """Return what an edit would be."""
        return await self._files.preview(edit)

    async def write(self, edit: FormEdit, by: str) -> EditOutcome:
        """Commit an edit. Raises GitError with the words of `git`: of a hook, of a remote."""
        return await asyncio.to_thread(self._written, edit, by)

    def _written(self, edit: FormEdit, by: str) -> EditOutcome:
        def write(ready: Prepared, by: str) -> EditOutcome:
            if faults := self._faults(ready.edits):
                form = form_of(edit)
                told = tuple(at_field(one, form, None) for one in faults)
                return Preview(ready.draft.title, findings=told, has_errors=True, is_refused=True)
            if self._committing.prefix:
                return self._propose(ready, by)
            return self._commit(ready, by)

        return self._files.written(edit, by, write)

    def _faults(self, edits: Sequence[FileEdit]) -> tuple[Finding, ...]:
        states = self._repository.states([one.path for one in edits if one.before is not None])
        return tuple(uncommitted(path, state) for path, state in states.items())

    def _commit(self, ready: Prepared, by: str) -> EditOutcome:
        """Write files and commit them; where that fails they hold again what they held."""
        write_edits(ready.edits)
        try:
            self._repository.commit([one.path for one in ready.edits], _message(ready, by))
        except GitError:
            after = {one.path: one for one in ready.edits}
            write_all({path: one.before for path, one in after.items() if held(path) == one.after})
            raise
        head = Branch(self._repository).head()
        if self._committing.push:
            self._repository.push()
        return outcome_of(ready, by, head)

    def _propose(self, ready: Prepared, by: str) -> EditOutcome:
        """Push a commit as a branch of its own; nothing here is another than before."""
        branch = Branch(self._repository)
        head = branch.head()
        files = {one.path: one.after for one in ready.edits}
        made = branch.make(head, files, _message(ready, by))
        name = f"{self._committing.prefix}/{made[:10]}"
        answer = branch.push(made, f"refs/heads/{name}")
        if answer != "taken":
            raise GitError(f"the remote does not take {name}: it is {answer}")
        return replace(outcome_of(ready, by, made), branch=name)


def _message(ready: Prepared, by: str) -> str:
    said = "\n".join(f"{one[0].upper()}{one[1:]}" for one in ready.draft.said)
    return "\n\n".join((ready.draft.title, said, f"By {by}, in the console."))
