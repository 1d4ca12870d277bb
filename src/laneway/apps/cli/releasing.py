"""From a draft to files, and on to a commit: what `laneway release` does with what it was told.

Comes in: paths, and what makes a draft of their mesh. Goes out: an exit code. Everything is read
and judged first; then what moves and the lines that change are shown; then all files are written,
or none; then the person's own `git` commits and pushes, if that was asked for.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
from msgspec import Struct

from laneway.apps.cli.reading import all_files_wanted, read
from laneway.apps.terminal.exit_codes import ERRORS_FOUND, FINE
from laneway.apps.terminal.telling import tell

if TYPE_CHECKING:
    from laneway.adapters.git import Repository
    from laneway.apps.release.preparing import Drafting
    from laneway.core.edits.draft import Draft
    from laneway.core.edits.file_text import FileEdit
    from laneway.core.findings.finding import Finding


class Delivery(Struct, frozen=True):
    """What becomes of an edit: shown, written, committed, pushed, on a branch of its own."""

    dry_run: bool = False
    commit: bool = False
    push: bool = False
    branch: str = ""
    message: str = ""


_NOT_COMMITTED = "The files are written, and not committed"


def carry_out(paths: Sequence[str], delivery: Delivery, drafting: Drafting) -> int:
    """Make a draft of what paths hold, show it, and write it. Raises NoInputError, OSError."""
    from laneway.apps.release.preparing import prepared

    found = prepared(paths, read(paths), drafting, all_files=all_files_wanted())
    if found.is_refused:
        return _refused(found.findings)
    draft, edits, findings = found.draft, found.edits, found.findings
    faults: tuple[Finding, ...] = ()
    repository = None
    if delivery.commit:
        repository, faults = _repository(edits, delivery)
    if faults:
        return _refused(faults)
    _show(draft, edits)
    tell(findings, sys.stderr)
    return _write(draft, edits, delivery, repository)


def _refused(findings: Sequence[Finding]) -> int:
    tell(findings, sys.stderr)
    click.echo("Nothing is written.", err=True)
    return ERRORS_FOUND


def _repository(
    edits: Sequence[FileEdit], delivery: Delivery
) -> tuple[Repository, tuple[Finding, ...]]:
    """Return the repository to commit to, and what else is changed in the files. May be refused."""
    from laneway.adapters.git import Repository
    from laneway.core.edits.history import uncommitted

    start = edits[0].path if edits else "."
    repository = Repository.of(start)
    if repository is None:
        raise click.UsageError(f"{start} is in no Git repository: there is nothing to commit to.")
    if delivery.branch:
        if not repository.is_legal_branch(delivery.branch):
            raise click.BadParameter(
                f"{delivery.branch!r} is no name of a branch", param_hint="--pr-branch"
            )
        if repository.has_branch(delivery.branch):
            raise click.BadParameter(
                f"there is a branch {delivery.branch} already", param_hint="--pr-branch"
            )
    states = repository.states([one.path for one in edits if one.before is not None])
    return repository, tuple(uncommitted(path, state) for path, state in states.items())


def _show(draft: Draft, edits: Sequence[FileEdit]) -> None:
    """Show what is written; whoever reads that may leave before its end (`… | head`)."""
    from laneway.apps.cli.entry import reader_left
    from laneway.core.edits.told import diff_lines

    lines = [*draft.said, *([""] if edits else ()), *diff_lines(edits)]
    try:
        sys.stdout.write("".join(f"{line}\n" for line in lines))
        sys.stdout.flush()
    except BrokenPipeError:
        reader_left()


def _write(
    draft: Draft, edits: Sequence[FileEdit], delivery: Delivery, repository: Repository | None
) -> int:
    names = ", ".join(one.path.removeprefix("./") for one in edits)
    if not edits:
        click.echo("Nothing to change: the files say so already.")
        return FINE
    if delivery.dry_run:
        click.echo(f"\nWithout --dry-run, this is written to {names}.")
        return FINE
    if repository is None:
        _write_files(edits)
        click.echo(f"\nWritten: {names}")
        return FINE
    _commit(repository, edits, delivery, delivery.message or draft.title)
    return FINE


def _write_files(edits: Sequence[FileEdit]) -> None:
    """Write all files; where one cannot be, those before it get back what they held."""
    from laneway.adapters.files.written import held, write_all

    try:
        write_all({one.path: one.after for one in edits})
    except OSError:
        write_all({one.path: one.before for one in edits if held(one.path) != one.before})
        raise


def _commit(
    repository: Repository, edits: Sequence[FileEdit], delivery: Delivery, message: str
) -> None:
    """Write, commit and push, and be where one was before."""
    from laneway.adapters.git import GitError

    before = repository.branch()
    if delivery.branch:
        repository.switch_to_new(delivery.branch)
    committed = False
    try:
        _write_files(edits)
        _told(repository.commit([one.path for one in edits], message))
        committed = True
        if delivery.branch:
            _told(repository.push_new(delivery.branch))
        elif delivery.push:
            _told(repository.push())
    except GitError as error:
        state = "The commit is made, and not pushed" if committed else _NOT_COMMITTED
        raise GitError(f"{state}: {error}") from error
    finally:
        if delivery.branch:
            repository.switch_back(before)
        if delivery.branch and not committed:
            repository.forget(delivery.branch)


def _told(said: str) -> None:
    click.echo(said.rstrip("\n"), err=True)
