"""The gate for edits: whether what is wanted may take the place of what is live.

Comes in: two revisions, each a state of the input with all its findings. Goes out: Same, Accepted
or Refused; it says nothing, so that every door can use it. What must not go live is what nobody can
run safely (a file that cannot be read, a held group, an image without a command) and, once
something good is live, whatever brings errors that were not there before: the last good one serves.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from msgspec import Struct

from laneway.core.compile import Compilation
from laneway.core.findings.finding import Finding
from laneway.core.fleet.commands import Commands
from laneway.core.fleet.wanted import Wanted, wanted_replicas


class Revision(Struct, frozen=True, dict=True):
    """One state of the input. `missing` are findings on images without a command."""

    compilation: Compilation
    wanted: tuple[Wanted, ...] = ()
    missing: tuple[Finding, ...] = ()

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Everything a user should know of it. Not worked out before somebody asks."""
        return (*self.compilation.findings, *self.missing)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings of level error."""
        return tuple(found for found in self.findings if found.level == "error")


class Same(Struct, frozen=True):
    """Nothing differs from what is live."""


class Accepted(Struct, frozen=True):
    """It may go live."""


class Refused(Struct, frozen=True):
    """It must not go live, for these errors."""

    errors: tuple[Finding, ...]


def revision_of(compilation: Compilation, commands: Commands) -> Revision:
    """Return the revision a compilation is where programs stand for its images."""
    wanted, missing = wanted_replicas(compilation.mesh, commands)
    return Revision(compilation, wanted, tuple(missing))


def admitted(live: Revision, wanted: Revision) -> Same | Accepted | Refused:
    """Say whether a revision may take the place of the live one."""
    if wanted.compilation.snapshot.is_same(live.compilation.snapshot):
        return Same()
    errors = new_errors(wanted, live)
    if errors or not is_safe(wanted):
        return Refused(errors or wanted.errors)
    return Accepted()


def is_safe(revision: Revision) -> bool:
    """Whether a revision may be run at all."""
    missing = any(found.level == "error" for found in revision.missing)
    return not missing and not revision.compilation.held and revision.compilation.is_whole


def new_errors(revision: Revision, live: Revision) -> tuple[Finding, ...]:
    """Return the errors of a revision that the live one does not have.

    An error is the same while its code and the object it speaks of are; its line may move.
    """
    known = _keys(live.errors)
    return tuple(found for found in revision.errors if not _keys([found]) <= known)


def _keys(findings: Iterable[Finding]) -> set[tuple[str, str]]:
    return {(found.code.id, found.subject) for found in findings}
