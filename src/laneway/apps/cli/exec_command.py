"""`laneway exec`: a command where a workload's program runs.

Comes in: a workload, a command and a mesh. Goes out: the command's own streams and exit code, since
this process becomes the command; 127 where there is none of that name, 126 where it cannot be run.
"""

from __future__ import annotations

import os

import click

from laneway.apps.cli.meshes import UnfitError, folder_completed, mesh_option, running_mesh


def _complete(context: click.Context, _: click.Parameter, begun: str) -> list[str]:
    from laneway.apps.local.record.stopping import names

    folder = folder_completed(context)
    known = names(folder, stopped=False) if folder else []
    return [name for name in known if name.startswith(begun)]


@click.command(name="exec", context_settings={"allow_interspersed_args": False})
@click.argument("workload", shell_complete=_complete)
@click.argument("command", nargs=-1, required=True, metavar="-- COMMAND...")
@mesh_option
def exec(  # noqa: A001 - the command's name
    workload: str, command: tuple[str, ...], name: str | None
) -> int:
    """Run a COMMAND where a WORKLOAD's program runs, with its environment.

    WORKLOAD is NAME or NAMESPACE/NAME, or a replica as `laneway ps` names it. In a mesh that
    intercepts, the command is in the pod's network and in the mesh as the program is; in one that
    does not, it is as far as it heeds proxy variables.

    \b
    laneway exec mocka-v1 -- curl -s http://mockb:8000/
    """
    from laneway.apps.local.record.beside import run_beside
    from laneway.apps.local.record.stopping import CannotFollowError, UnknownWorkloadError

    words = command[1:] if command[0] == "--" else command
    if not words:
        raise click.UsageError("Say which COMMAND to run.")
    try:
        return run_beside(running_mesh(name), workload, words, os.environ, _tell)
    except UnknownWorkloadError as error:
        raise click.UsageError(f"{error}.") from error
    except CannotFollowError as error:
        raise UnfitError(f"{error}.") from error


def _tell(text: str) -> None:
    click.echo(text, err=True)
