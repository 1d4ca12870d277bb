"""`laneway stop` and `start`: workloads of a running mesh held down, and brought back.

Comes in: names and a mesh. Goes out: an exit code and a line for each name. Nothing is done here
but reading flags; the names that a shell completes come from the mesh itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from laneway.apps.cli.local_commands import (
    DEFAULT_MESH,
    UnfitError,
    folder_completed,
    folder_of,
)

if TYPE_CHECKING:
    from laneway.apps.local.state import MeshFolder


def _nameable(context: click.Context, *, stopped: bool) -> list[str]:
    """Return what of a mesh can be stopped or started, for a shell that completes a name."""
    from laneway.apps.local.stopping import names

    folder = folder_completed(context)
    return names(folder, stopped=stopped) if folder else []


def _complete_running(context: click.Context, _: click.Parameter, begun: str) -> list[str]:
    return [name for name in _nameable(context, stopped=False) if name.startswith(begun)]


def _complete_stopped(context: click.Context, _: click.Parameter, begun: str) -> list[str]:
    return [name for name in _nameable(context, stopped=True) if name.startswith(begun)]


Turn = Callable[["MeshFolder", Sequence[str], Callable[[float], None]], list[str]]


def _turn(turn: Turn, workloads: Sequence[str], name: str) -> int:
    """Have workloads stopped or started, and tell what came of it."""
    import time

    from laneway.apps.local.stopping import CannotFollowError, UnknownWorkloadError

    try:
        for line in turn(folder_of(name), workloads, time.sleep):
            click.echo(line)
    except UnknownWorkloadError as error:
        raise click.UsageError(f"{error}.") from error
    except CannotFollowError as error:
        raise UnfitError(f"{error}.") from error
    return 0


@click.command()
@click.argument(
    "workloads",
    nargs=-1,
    required=True,
    metavar="WORKLOAD...",
    shell_complete=_complete_running,
)
@click.option("--name", default=DEFAULT_MESH, show_default=True, metavar="MESH", help="The mesh.")
def stop(workloads: tuple[str, ...], name: str) -> int:
    """Hold a WORKLOAD of a running mesh down, or one replica of it.

    Its requests end first, then its programs. It stays down through edits until `laneway start`
    brings it back, or until the mesh ends.
    """
    from laneway.apps.local.stopping import stop as run

    return _turn(run, workloads, name)


@click.command()
@click.argument(
    "workloads",
    nargs=-1,
    required=True,
    metavar="WORKLOAD...",
    shell_complete=_complete_stopped,
)
@click.option("--name", default=DEFAULT_MESH, show_default=True, metavar="MESH", help="The mesh.")
def start(workloads: tuple[str, ...], name: str) -> int:
    """Bring a WORKLOAD back that was stopped, and wait until it is ready."""
    from laneway.apps.local.stopping import start as run

    return _turn(run, workloads, name)
