"""`laneway stop`, `start`, `restart`: workloads of a running mesh ended, and brought back.

Comes in: names and a mesh. Goes out: an exit code and a line for each name. Nothing is done here
but reading flags; the names that a shell completes come from the mesh itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from laneway.apps.cli.meshes import UnfitError, folder_completed, mesh_option, running_mesh

if TYPE_CHECKING:
    from laneway.apps.local.record.state import MeshFolder


def _nameable(context: click.Context, *, stopped: bool) -> list[str]:
    """Return what of a mesh can be stopped or started, for a shell that completes a name."""
    from laneway.apps.local.record.stopping import names

    folder = folder_completed(context)
    return names(folder, stopped=stopped) if folder else []


def _complete_running(context: click.Context, _: click.Parameter, begun: str) -> list[str]:
    return [name for name in _nameable(context, stopped=False) if name.startswith(begun)]


def _complete_stopped(context: click.Context, _: click.Parameter, begun: str) -> list[str]:
    return [name for name in _nameable(context, stopped=True) if name.startswith(begun)]


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
@click.argument(
    "workloads", nargs=-1, required=True, metavar="WORKLOAD...", shell_complete=_complete_running
)
@mesh_option
def stop(workloads: tuple[str, ...], name: str | None) -> int:
    """Stop a WORKLOAD of a running mesh, or one replica of it.

    Its requests end first, then its programs. It stays stopped through edits until `laneway start`
    brings it back, or until the mesh ends.
    """
    from laneway.apps.local.record.stopping import stop as run

    return _turn(run, workloads, name)


@click.command()
@click.argument(
    "workloads", nargs=-1, required=True, metavar="WORKLOAD...", shell_complete=_complete_stopped
)
@mesh_option
def start(workloads: tuple[str, ...], name: str | None) -> int:
    """Bring a WORKLOAD back that was stopped, and wait until it is ready."""
    from laneway.apps.local.record.stopping import start as run

    return _turn(run, workloads, name)


@click.command()
@click.argument(
    "workloads", nargs=-1, required=True, metavar="WORKLOAD...", shell_complete=_complete_running
)
@mesh_option
def restart(workloads: tuple[str, ...], name: str | None) -> int:
    """Stop a WORKLOAD or one replica of it, start it anew, and wait until it is ready.

    Its requests end first. A program that reads its code or its settings when it starts has read
    them again.
    """
    from laneway.apps.local.record.stopping import restart as run

    return _turn(run, workloads, name)
