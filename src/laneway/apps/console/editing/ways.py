"""The one shape of every way in which an edit is written.

A way reads what is there now, holds it against what the form showed, and writes all of an edit or
nothing of it. Whoever asks need not know whether files, a repository or a cluster stand behind it.
"""

from __future__ import annotations

from typing import Literal, Protocol

from msgspec import Struct

from laneway.core.edits.forms.meanwhile import EditConflict
from laneway.core.edits.forms.offers import Offers
from laneway.core.edits.forms.values import FormEdit
from laneway.core.mesh.mesh import Mesh
from laneway.core.views.form_preview import Preview

WayKind = Literal["folder", "git", "cluster"]


class EditNote(Struct, frozen=True, rename="camel"):
    """What stands in the log of a write: who, what was done, to which objects, and where.

    No value that was written is in it.
    """

    by: str
    what: str
    objects: tuple[str, ...]
    where: str


class EditWritten(Struct, frozen=True, rename="camel"):
    """An edit that was written. `revision` is a digest, a commit, or a resourceVersion.

    `branch` is that of a commit that somebody has to merge.
    """

    title: str
    revision: str
    where: tuple[str, ...]
    note: EditNote
    branch: str = ""


EditOutcome = EditWritten | EditConflict | Preview
"""A preview is one that `is_refused`: its findings say why nothing was written."""


class EditingWay(Protocol):
    """A way in which edits are written. Each call raises OSError where the outside fails."""

    @property
    def kind(self) -> WayKind:
        """Which way it is."""

    async def mesh(self) -> Mesh:
        """Return what is there now, as forms show it."""

    async def offers(self) -> Offers:
        """Return what forms offer."""

    async def preview(self, edit: FormEdit) -> Preview | EditConflict:
        """Return what an edit would be. Nothing is written."""

    async def write(self, edit: FormEdit, by: str) -> EditOutcome:
        """Write an edit, whole or not at all."""
