"""Which mesh a command means: `--name MESH`, or else the only one that runs.

Comes in: what the user named, if anything. Goes out: the folder of a mesh, or the words that say
which meshes there are. Commands that start a mesh do not ask here: a new one has the name it is
given, `default` without. Names complete in a shell.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from laneway.apps.local.record.state import MeshFolder
    from laneway.core.compile import Compilation

DEFAULT_MESH = "default"


class UnfitError(click.ClickException):
    """What was asked for cannot be done: the machine or the mesh is not in a state for it."""

    exit_code = 3


def mesh_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--name`, by which it is told which running mesh is meant."""
    return click.option(
        "--name",
        metavar="MESH",
        shell_complete=complete_mesh,
        help="The mesh; may be left out if only one runs.",
    )(command)


def folder_of(name: str) -> MeshFolder:
    """Return the folder of a mesh by its name, whether it runs or not."""
    from laneway.apps.local.record.state import BadNameError, mesh_folder

    try:
        return mesh_folder(name, os.environ)
    except BadNameError as error:
        raise click.BadParameter(str(error), param_hint="--name") from error


def running() -> list[MeshFolder]:
    """Return the folders of all meshes of which anything runs, by name."""
    from laneway.apps.local.record.outside import look
    from laneway.apps.local.record.state import mesh_folders

    return [one for one in mesh_folders(os.environ) if look(one).condition != "gone"]


def running_mesh(name: str | None, starts: str = "laneway up") -> MeshFolder:
    """Return the folder of the running mesh that is meant.

    Without a name it is the only one that runs, of several `default`. Raises UnfitError where it
    does not run, naming those that do or the command that `starts` one, and a usage error where a
    name is needed.
    """
    found = running()
    if name is not None:
        folder = folder_of(name)
        if folder in found:
            return folder
        raise UnfitError(f"mesh {name} is not running; {_told(found, starts)}.")
    return _only(found, starts)


def mesh_with_logs(name: str | None) -> MeshFolder:
    """Return the folder of the mesh whose logs are meant; logs stay when a mesh is gone."""
    from laneway.apps.local.record.state import mesh_folders

    if name is not None:
        folder = folder_of(name)
        if folder.logs.is_dir():
            return folder
        raise UnfitError(f"mesh {name} has no logs; {_told(running())}.")
    return _only(running() or [one for one in mesh_folders(os.environ) if one.logs.is_dir()])


def named_once(name: str | None, argument: str | None) -> str | None:
    """Return the name of a mesh that may be said in two ways."""
    if name is not None and argument not in (None, name):
        raise click.UsageError(f"Two meshes are named: {argument} and {name}.")
    return argument or name


def compiled_live(folder: MeshFolder) -> Compilation:
    """Read and compile what a running mesh serves. Raises UnfitError where it is starting."""
    gc.disable()
    from laneway.adapters.files import read_paths
    from laneway.core.compile import compile_snapshot

    record = folder.read()
    if record is None or not folder.input.exists():
        raise UnfitError(f"mesh {folder.name} is still starting.")
    return compile_snapshot(read_paths([str(folder.input)], namespace=record.namespace))


def _only(found: Sequence[MeshFolder], starts: str = "laneway up") -> MeshFolder:
    if not found:
        raise UnfitError(f"no mesh is running; {_told(found, starts)}.")
    chosen = [one for one in found if len(found) == 1 or one.name == DEFAULT_MESH]
    if not chosen:
        names = ", ".join(one.name for one in found)
        raise click.UsageError(f"There are several meshes: {names}; say which one by --name.")
    return chosen[0]


def _told(found: Sequence[MeshFolder], starts: str = "laneway up") -> str:
    if not found:
        return f"`{starts}` starts one"
    return f"running: {', '.join(one.name for one in found)}"


def folder_completed(context: click.Context) -> MeshFolder | None:
    """Return the folder of the mesh in a line that a shell completes, if it is clear which."""
    try:
        return mesh_with_logs(context.params.get("name"))
    except click.ClickException:
        return None


def complete_mesh(context: click.Context, parameter: click.Parameter, begun: str) -> list[str]:
    """Return the names of running meshes that begin as what was typed."""
    del context, parameter
    return [one.name for one in running() if one.name.startswith(begun)]
