"""Files in memory, edited by the core alone.

Comes in: files by name. Goes out: their mesh, and what a draft makes of them.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from laneway.core.edits.draft import Draft, file_edits
from laneway.core.findings.finding import Finding
from laneway.core.mesh.gather import gather
from laneway.core.mesh.link import link
from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.read import read_file


class Outcome(Struct, frozen=True):
    """The files after an edit (None: removed), and all that was found."""

    files: Mapping[str, bytes | None]
    findings: tuple[Finding, ...]

    @property
    def codes(self) -> list[str]:
        """The codes of what was found."""
        return [one.code.id for one in self.findings]


def mesh_of(files: Mapping[str, bytes]) -> Mesh:
    """Return what files mean."""
    snapshot = gather([read_file(path, raw) for path, raw in files.items()])
    assert not snapshot.unread, snapshot.findings
    return link(snapshot)


def outcome(files: Mapping[str, bytes], draft: Draft) -> Outcome:
    """Carry out a draft; where it is refused, nothing changes."""
    if draft.is_refused:
        return Outcome(files, draft.findings)
    edits, faults = file_edits(draft, files)
    after = dict(files) | ({} if faults else {one.path: one.after for one in edits})
    return Outcome(after, (*draft.findings, *faults))
