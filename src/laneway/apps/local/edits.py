"""An edit: everything that was read at one moment, compiled, and whether it may go live.

Comes in: a Snapshot and the commands that stand for images. Goes out: an Edit with all its
findings. Pure. What must not go live is what nobody can run safely (a file that cannot be read, a
held group, an image without a command) and, once something good is live, whatever brings errors
that were not there before: the last good configuration serves on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from laneway.apps.local.commands import Commands
from laneway.apps.local.wanted import Wanted, wanted_replicas
from laneway.core.compile import Compilation
from laneway.core.findings.finding import Finding


@dataclass(frozen=True)
class Edit:
    """One state of the input. `missing` are findings on images without a command."""

    compilation: Compilation
    wanted: tuple[Wanted, ...]
    missing: tuple[Finding, ...] = ()

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Everything a user should know of it. Not worked out before somebody asks."""
        return (*self.compilation.findings, *self.missing)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings of level error."""
        return tuple(found for found in self.findings if found.level == "error")


def edit_of(compilation: Compilation, commands: Commands) -> Edit:
    """Return the edit a compilation is."""
    wanted, missing = wanted_replicas(compilation.mesh, commands)
    return Edit(compilation, wanted, tuple(missing))


def is_safe(edit: Edit) -> bool:
    """Whether an edit may be run at all."""
    held = any(group.held for group in edit.compilation.mesh.groups)
    missing = any(found.level == "error" for found in edit.missing)
    return not missing and not held and not edit.compilation.snapshot.unread


def new_errors(edit: Edit, live: Edit) -> tuple[Finding, ...]:
    """Return the errors of an edit that the live one does not have.

    An error is the same while its code and the object it speaks of are; its line may move.
    """
    known = _keys(live.errors)
    return tuple(found for found in edit.errors if not _keys([found]) <= known)


def _keys(findings: Iterable[Finding]) -> set[tuple[str, str]]:
    return {(found.code.id, found.subject) for found in findings}
