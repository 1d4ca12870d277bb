"""`laneway stop`, `start`, `restart`: workloads of a running mesh ended, and brought back.

Comes in: names and a mesh. Goes out: an exit code and a line for each name. Nothing is done here
but reading flags; the names that a shell completes come from the mesh itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from laneway.apps.cli.meshes import UnfitError, folder_completed, mesh_option, running_mesh
from laneway.apps.terminal.printing import Decorator

if TYPE_CHECKING:
    from laneway.apps.local.record.state import MeshFolder


def _workloads(*, stopped: bool) -> Decorator:
    """Give a command names of workloads; a shell completes those that are stopped, or are not."""

    def complete(context: click.Context, _: click.Parameter, begun: str) -> list[str]:
        from laneway.apps.local.record.stopping import names

        folder = folder_completed(context)
        known = names(folder, stopped=stopped) if folder else []
        return [name for name in known if name.startswith(begun)]

    return click.argument(
        "workloads", nargs=-1, required=True, metavar="WORKLOAD...", shell_complete=complete
    )


Turn = Callable[["MeshFolder", Sequence[str], Callable[[float], None]], list[str]]


def _turn(turn: Turn, workloads: Sequence[str], name: str | None) -> int:
    """Have workloads stopped or started, and tell what came of it."""
    import time

    from laneway.apps.local.record.stopping import CannotFollowError, UnknownWorkloadError

    try:
        for line in turn(running_mesh(name), workloads, time.sleep):
            click.echo(line)
    except UnknownWorkloadError as error:
        raise click.UsageError(f"{error}.") from error
    except CannotFollowError as error:
        raise UnfitError(f"{error}.") from error
    return 0


@click.command()
@_workloads(stopped=False)
@mesh_option
def stop(workloads: tuple[str, ...], name: str | None) -> int:
    """Stop a WORKLOAD of a running mesh, or one replica of it.

    Its requests end first, then its programs. It stays stopped through edits until `laneway start`
    brings it back, or until the mesh ends.
    """
    from laneway.apps.local.record.stopping import stop as run

    return _turn(run, workloads, name)


@click.command()
@_workloads(stopped=True)
@mesh_option
def start(workloads: tuple[str, ...], name: str | None) -> int:
    """Bring a WORKLOAD back that was stopped, and wait until it is ready."""
    from laneway.apps.local.record.stopping import start as run

    return _turn(run, workloads, name)


@click.command()
@_workloads(stopped=False)
@mesh_option
def restart(workloads: tuple[str, ...], name: str | None) -> int:
    """Stop a WORKLOAD or one replica of it, start it anew, and wait until it is ready.

    Its requests end first. A program that reads its code or its settings when it starts has read
    them again.
    """
    from laneway.apps.local.record.stopping import restart as run

    return _turn(run, workloads, name)
