"""Edits of files: all files of an edit are replaced, or none.

Comes in: paths, an edit. Goes out: files with the edit in them. Files are read anew for each edit,
so what somebody wrote by hand meanwhile stays, comments and all; a file that changes between
reading and writing has the edit made once more, from what it holds then.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock

from msgspec.structs import replace

from laneway.adapters.files import Reader
from laneway.adapters.files.written import held
from laneway.apps.console.editing.writing import outcome_of, write_edits
from laneway.apps.release.preparing import Prepared, prepared
from laneway.core.compile import compile_snapshot
from laneway.core.edits.file_text import FileEdit
from laneway.core.edits.forms.drafting import draft_of_form
from laneway.core.edits.forms.meanwhile import EditConflict, as_of_now
from laneway.core.edits.forms.offers import Offers, offers
from laneway.core.edits.forms.placing import proposed_file
from laneway.core.edits.forms.values import FormEdit, GroupForm, LaneForm
from laneway.core.emit.istio import Layout
from laneway.core.findings.codes import releasing
from laneway.core.findings.finding import Finding, finding
from laneway.core.findings.place import Place, Source
from laneway.core.mesh.mesh import Mesh
from laneway.core.views.form_outcome import EditOutcome, WayKind, WayTold
from laneway.core.views.form_preview import Preview, Standpoint, preview_of, refused

_TRIES = 5
"""How often an edit is made anew because a file changed while it was made."""

Writing = Callable[[Prepared, str], EditOutcome | None]


class FolderEditing:
    """Files below paths. Calls may come at once."""

    kind: WayKind = "folder"
    _writing = Lock()
    """One edit is written after the other, whoever makes it."""

    def __init__(self, reader: Reader, layout: Layout = "istio") -> None:
        """Nothing is read before a call."""
        self._reader = reader
        self._layout: Layout = layout
        self._now: Standpoint | None = None
        self._reading = Lock()  # apart from writing: a push that takes long holds up no preview

    async def told(self) -> WayTold:
        """Return where an edit goes."""
        return WayTold(self.kind, "written")

    async def head(self) -> str:
        """Nothing: each object's own version tells."""
        return ""

    async def way_of(self, kind: str, name: str) -> FolderEditing:
        """Return the way of an object: this one."""
        del kind, name
        return self

    async def mesh(self) -> Mesh:
        """Return what the files say now."""
        return await asyncio.to_thread(self._mesh)

    async def offers(self) -> Offers:
        """Return what forms offer."""
        return offers(await self.mesh())

    async def preview(self, edit: FormEdit) -> Preview | EditConflict:
        """Return what an edit would be."""
        return await asyncio.to_thread(self._previewed, edit)

    async def write(self, edit: FormEdit, by: str) -> EditOutcome:
        """Write an edit."""
        return await asyncio.to_thread(self.written, edit, by, self._write)

    def written(self, edit: FormEdit, by: str, writing: Writing) -> EditOutcome:
        """Have an edit be written in some way; None from it means: the files are others by now."""
        with self._writing:
            for _ in range(_TRIES):
                found = self._made(edit)
                if isinstance(found, EditConflict):
                    return found
                seen, ready = found
                if seen.is_refused:
                    if _is_as_read(ready.edits):
                        return seen
                    continue
                outcome = writing(ready, by) if _is_as_read(ready.edits) else None
                if outcome is not None:
                    return outcome
        raise OSError("the files changed again and again while the edit was made; try once more")

    def _mesh(self) -> Mesh:
        with self._reading:
            return self._standpoint().now.mesh

    def _previewed(self, edit: FormEdit) -> Preview | EditConflict:
        found = self._made(edit)
        return found if isinstance(found, EditConflict) else found[0]

    def _made(self, edit: FormEdit) -> tuple[Preview, Prepared] | EditConflict:
        """Make an edit of the files as they are."""
        with self._reading:
            return self._made_of(self._standpoint(), edit)

    def _made_of(self, now: Standpoint, edit: FormEdit) -> tuple[Preview, Prepared] | EditConflict:
        mesh, snapshot = now.now.mesh, now.now.snapshot
        meant = as_of_now(mesh, edit)
        if isinstance(meant, EditConflict):
            return meant
        draft = draft_of_form(mesh, self._with_file(mesh, meant))
        outside = tuple(self._outside(one.path) for one in draft.new_files)
        draft = replace(draft, findings=(*draft.findings, *filter(None, outside)))
        found = prepared(
            self._reader.paths, snapshot, lambda *_: draft, all_files=self._reader.all_files
        )
        if found.is_refused:
            return refused(mesh, meant, draft, found.findings), found
        return preview_of(now, meant, draft, found.edits), found

    def _with_file(self, mesh: Mesh, edit: FormEdit) -> FormEdit:
        """Return an edit that names a file for what is new, also where there is none to go by."""
        form = edit.form
        if edit.file or edit.shown or not isinstance(form, GroupForm | LaneForm):
            return edit
        file = proposed_file(mesh, form)
        if not mesh.snapshot.resources:
            folders = (one for one in map(Path, self._reader.paths) if one.is_dir())
            file = str(next(folders, Path()) / file)
        return replace(edit, file=file)

    def _standpoint(self) -> Standpoint:
        snapshot = self._reader.read()
        before = self._now.now if self._now else None
        if self._now is None or before is None or not before.snapshot.is_same(snapshot):
            compilation = compile_snapshot(snapshot, before)
            self._now = Standpoint(compilation, self._layout, self._reader.namespace)
        return self._now

    def _outside(self, path: str) -> Finding | None:
        """Say of a new file that it would lie outside of what is read."""
        real = Path(os.path.realpath(path))
        folders = [one for one in map(Path, self._reader.paths) if one.is_dir()]
        if any(real.is_relative_to(folder.resolve()) for folder in folders):
            return None
        reason = f"it is not below {' or '.join(self._reader.paths)}, which is all that is read"
        place = Place(Source(path))
        return finding(releasing.TAKES_NO_OBJECT, place, "", path=path, reason=reason)

    def _write(self, ready: Prepared, by: str) -> EditOutcome:
        write_edits(ready.edits)
        return outcome_of(ready, by, digest_of(ready.edits))


def digest_of(edits: Sequence[FileEdit]) -> str:
    """Return what tells the contents of these files from any others."""
    found = hashlib.sha256()
    for one in sorted(edits, key=lambda edit: edit.path):
        found.update(f"{one.path}\0".encode())
        found.update(hashlib.sha256(one.after or b"").digest())
    return found.hexdigest()[:16]


def _is_as_read(edits: Sequence[FileEdit]) -> bool:
    """Whether files still hold what an edit was made of."""
    return all(held(one.path) == one.before for one in edits)
