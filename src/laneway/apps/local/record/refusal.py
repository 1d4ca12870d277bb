"""What a mesh is made from, in words, and why it does not serve the newest of it.

Comes in: the errors of an edit, or the words of what did not take it. Goes out: a value that stands
in the mesh's record, so that everybody who looks at a mesh is told, and not only its log.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from laneway.apps.terminal.tables import duration
from laneway.core.findings.finding import Finding
from laneway.core.findings.locate import locate

STDIN = "-"


class Provenance(Struct, frozen=True):
    """What a mesh is made from.

    `paths` are what `laneway ps` shows: absolute, `-` for standard input. `name` is what says
    something, `edit` what of it may be refused, `edits` what a mesh follows. `shows` is the command
    that shows why an edit was refused, `checks` the one that shows what is doubtful of a live one;
    where they are empty, `laneway check` of the paths does both. Without `is_here` its files are
    not of this machine, and are told by the paths they have there. `namespace` is that of objects
    which name none.
    """

    paths: tuple[str, ...] = ()
    name: str = "the files say"
    edit: str = "the newest edit of its files"
    edits: str = "edits"
    shows: str = ""
    checks: str = ""
    is_here: bool = True
    namespace: str = "default"

    @property
    def hint(self) -> str:
        """The command that shows warnings about what is live."""
        return self.checks or f"laneway check {shlex.join(self.paths)}"

    def command_for(self, findings: Sequence[Finding], mesh: str) -> str:
        """Return the command that shows why an edit was refused.

        What only a mesh on this machine can find wrong, an image without a command, `check` does
        not.
        """
        if self.shows:
            return self.shows
        from_files = findings and not any(one.code.id.startswith("LW17") for one in findings)
        if from_files and STDIN not in self.paths:
            return f"laneway check {shlex.join(self.paths)}"
        return f"laneway status --mesh --name {mesh}"


class RefusedRevision(Struct, frozen=True):
    """A refused edit.

    `since` is when the mesh ceased to follow its files, in seconds since 1970; of several refused
    edits in a row it is the first one's. `reasons` are those of the newest one, a line each, of
    which `errors` are findings; `command` shows them. `edit` says what was refused.
    """

    since: float
    errors: int
    reasons: tuple[str, ...]
    command: str
    edit: str = Provenance().edit

    def as_value(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {**asdict(self), "reasons": list(self.reasons)}

    @classmethod
    def of_value(cls, found: dict[str, Any]) -> RefusedRevision:
        """Read it back."""
        return cls(**{**found, "reasons": tuple(found["reasons"])})


def lines_of(findings: Iterable[Finding], *, is_here: bool = True) -> tuple[str, ...]:
    """Return a line for each finding: its file with line and column, its code, its words."""
    return tuple(
        f"{_where(one, is_here=is_here)}{one.level} {one.code.id}: {one.message}"
        for one in findings
    )


def _where(one: Finding, *, is_here: bool) -> str:
    if one.place is None:
        return ""
    position, path = locate(one.place), one.place.source.path
    shown = absolute([path])[0] if is_here else path
    return f"{shown}:{position.line}:{position.column}: "


def absolute(paths: Iterable[str]) -> tuple[str, ...]:
    """Return paths so that they mean the same in every working directory; a link stays one."""
    return tuple(path if path == STDIN else os.path.abspath(path) for path in paths)  # noqa: PTH100


def cause_text(refusal: RefusedRevision) -> str:
    """Say for what an edit was refused: how many errors, or why it could not be served."""
    if not refusal.errors:
        return refusal.reasons[0]
    return f"{refusal.errors} error{'' if refusal.errors == 1 else 's'}"


def refusal_text(refusal: RefusedRevision, now: float) -> str:
    """Say that a mesh refused its newest edit, since when and for how much.

    >>> refusal_text(RefusedRevision(100.0, 2, ("a", "b"), "laneway check /lanes"), 112.0)
    'refused the newest edit of its files 12 s ago for 2 errors and serves what it served before'
    """
    ago = duration(max(now - refusal.since, 0.0))
    cause = cause_text(refusal)
    return f"refused {refusal.edit} {ago} ago for {cause} and serves what it served before"
