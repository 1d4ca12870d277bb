"""From a draft to files, and on to a commit: what `laneway release` does with what it was told.

Comes in: paths, and what makes a draft of their mesh. Goes out: an exit code. Everything is read
and judged first; then what moves and the lines that change are shown; then all files are written,
or none; then the person's own `git` commits and pushes, if that was asked for.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import click
from msgspec import Struct

from laneway.apps.cli.reading import all_files_wanted, read
from laneway.apps.terminal.exit_codes import ERRORS_FOUND, FINE
from laneway.apps.terminal.telling import tell

if TYPE_CHECKING:
    from laneway.adapters.git import Repository
    from laneway.core.edits.draft import Draft
    from laneway.core.edits.file_text import FileEdit
    from laneway.core.edits.other_tools import ToolFile
    from laneway.core.findings.finding import Finding
    from laneway.core.mesh.mesh import Mesh
    from laneway.core.mesh.snapshot import Snapshot


class Delivery(Struct, frozen=True):
    """What becomes of an edit: shown, written, committed, pushed, on a branch of its own."""

    dry_run: bool = False
    commit: bool = False
    push: bool = False
    branch: str = ""
    message: str = ""


_NOT_COMMITTED = "The files are written, and not committed"

Drafting = Callable[["Mesh", "Snapshot"], "Draft"]


def carry_out(paths: Sequence[str], delivery: Delivery, drafting: Drafting) -> int:
    """Make a draft of what paths hold, show it, and write it. Raises NoInputError, OSError."""
    from laneway.adapters.files.written import tool_files
    from laneway.core.edits.draft import file_edits
    from laneway.core.mesh.link import link

    snapshot = read(paths)
    tools = list(tool_files(paths, snapshot.unread, all_files=all_files_wanted()))
    if snapshot.unread:
        return _refused(_unread(snapshot, tools))
    draft = drafting(link(snapshot), snapshot)
    findings = _judged(draft, snapshot, tools)
    if any(one.level == "error" for one in findings):
        return _refused(findings)
    edits, faults = file_edits(draft, _held(draft))
    if not faults:
        edits, faults = _with_lists(edits, draft, tools)
    faults = (*faults, *_in_the_way(edits))
    repository = None
    if not faults and delivery.commit:
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


def _unread(snapshot: Snapshot, tools: Sequence[ToolFile]) -> list[Finding]:
    """Say why files cannot be read; a template is no text that is wrong."""
    from laneway.core.edits.other_tools import in_templates

    found = list(in_templates(one for one in tools if one.role == "unread"))
    return found or [one for one in snapshot.findings if one.level == "error"]


def _judged(draft: Draft, snapshot: Snapshot, tools: Sequence[ToolFile]) -> list[Finding]:
    """Return what is to be said of a draft, with what others make of its objects."""
    from laneway.core.edits.other_tools import in_templates, in_vain, nowhere
    from laneway.core.findings.codes import reading

    twice = (reading.WRITTEN_TWICE, reading.WRITTEN_TWICE_ALIKE)
    again = [
        one for one in snapshot.findings if one.code in twice and one.subject in draft.subjects
    ]
    templates = list(in_templates(tools)) if nowhere(draft) else []
    return [*(templates or draft.findings), *in_vain(tools, draft), *map(as_error, again)]


def as_error(one: Finding) -> Finding:
    """Return a finding that keeps an edit from being written, whatever it is elsewhere."""
    from msgspec.structs import replace

    return replace(one, code=replace(one.code, level="error"))


def _held(draft: Draft) -> dict[str, bytes]:
    from laneway.adapters.files.written import bytes_of

    return {path: bytes_of(path) for path in {one.place.source.path for one in draft.intents}}


def _with_lists(
    edits: Sequence[FileEdit], draft: Draft, tools: Sequence[ToolFile]
) -> tuple[tuple[FileEdit, ...], tuple[Finding, ...]]:
    """Add the kustomizations that list files."""
    from laneway.core.edits.file_text import FileEdit
    from laneway.core.edits.other_tools import listed

    found = list(listed(tools, draft, edits))
    more = [one for one in found if isinstance(one, FileEdit)]
    return (*edits, *more), tuple(one for one in found if not isinstance(one, FileEdit))


def _in_the_way(edits: Sequence[FileEdit]) -> Iterator[Finding]:
    from laneway.adapters.files.written import is_there
    from laneway.core.edits.adding import file_taken

    return (file_taken(one.path) for one in edits if one.before is None and is_there(one.path))


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
    from laneway.adapters.files.written import write

    done: list[FileEdit] = []
    try:
        for one in edits:
            write(one.path, one.after)
            done.append(one)
    except OSError:
        for one in done:
            write(one.path, one.before)
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
