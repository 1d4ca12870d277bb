"""From paths of the command line to a compilation.

Comes in: paths as typed. Goes out: what they compile to, or an error that is the same for every
command where there is nothing to look at. The garbage collector rests meanwhile: a compilation
makes many objects and no cycles, and its process ends soon after.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from laneway.apps.terminal.exit_codes import ERRORS_FOUND, USAGE
from laneway.apps.terminal.telling import tell

if TYPE_CHECKING:
    from laneway.core.compile import Compilation
    from laneway.core.findings.finding import Finding
    from laneway.core.mesh.mesh import Mesh
    from laneway.core.mesh.snapshot import Snapshot

STANDARD_INPUT = "-"
_ALL_FILES = "laneway.all_files"
"""Where the flag waits for whoever reads, since every command reads and none decides by it."""
BESIDE = "laneway.beside"
"""Where a door leaves what adds to the files what it has beside them (`kubectl laneway`)."""


Beside = Callable[["Snapshot | None"], "Snapshot"]
"""From the files, if any are named, to all of the input."""


class NoInputError(click.ClickException):
    """There is nothing to look at. `findings` say why, and are all that is told."""

    exit_code = ERRORS_FOUND

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(findings[0].message)
        self.findings = findings

    def show(self, file: Any = None) -> None:
        """Tell it as findings are told."""
        tell(self.findings, file or sys.stderr)


class MissingPathError(NoInputError):
    """A path is not there, so the command was called wrongly."""

    exit_code = USAGE


def _note_all_files(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:  # noqa: FBT001
    ctx.meta[_ALL_FILES] = wanted


def all_files_wanted() -> bool:
    """Whether nothing is to be left out of folders."""
    wanted: bool = click.get_current_context().meta.get(_ALL_FILES, False)
    return wanted


ALL_FILES_HELP = (
    "Read all files in folders, including those that .gitignore or their names exclude."
)
all_files_option = click.option(
    "--all-files", is_flag=True, expose_value=False, callback=_note_all_files, help=ALL_FILES_HELP
)


def paths_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command its PATH argument, which shells complete with files and folders."""
    argument = click.argument(
        "paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(allow_dash=True)
    )
    return argument(all_files_option(command))


def optional_paths_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command a PATH argument that it can do without."""
    argument = click.argument(
        "paths", nargs=-1, metavar="[PATH...]", type=click.Path(allow_dash=True)
    )
    return argument(all_files_option(command))


def compiled(paths: Sequence[str], *, may_be_empty: bool = False) -> Compilation:
    """Read and compile paths; `-` stands for standard input.

    Raises NoInputError; with `may_be_empty` a folder without any file means: nothing yet.
    """
    gc.disable()
    from laneway.core.compile import compile_snapshot

    return compile_snapshot(_read(paths, may_be_empty=may_be_empty))


def linked(paths: Sequence[str]) -> Mesh:
    """Read paths and resolve every name in them, and no more. Raises NoInputError."""
    gc.disable()
    from laneway.core.mesh.link import link

    return link(_read(paths))


def _read(paths: Sequence[str], *, may_be_empty: bool = False) -> Snapshot:
    """Read paths, and what there is beside them; without that a path has to be named."""
    beside: Beside | None = click.get_current_context().meta.get(BESIDE)
    if beside is None:
        return read(paths, may_be_empty=may_be_empty)
    return beside(read(paths, may_be_empty=may_be_empty) if paths else None)


def read(paths: Sequence[str], *, may_be_empty: bool = False) -> Snapshot:
    """Read paths and nothing else. Raises NoInputError."""
    from laneway.adapters.files import read_paths
    from laneway.core.findings.input import about_nothing, is_only_empty, is_path_missing

    stdin = sys.stdin.buffer.read() if STANDARD_INPUT in paths else None
    snapshot = read_paths(paths, stdin, all_files=all_files_wanted(), packages=True)
    nothing = about_nothing(snapshot.findings)
    if nothing and not (may_be_empty and is_only_empty(nothing)):
        raise (MissingPathError if is_path_missing(nothing) else NoInputError)(nothing)
    return snapshot
