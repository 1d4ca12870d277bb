"""`laneway up`, `down`, `demo`: the mesh on this machine, from the command line.

Comes in: flags and paths. Goes out: an exit code and text. Nothing is done here but reading flags:
each command loads what it needs when it runs, and the work is that of `apps/local`.
"""

from __future__ import annotations

import os
from typing import Unpack

import click

from laneway.apps.cli.edit_options import edit_options, edits_chosen
from laneway.apps.cli.mesh_flags import (
    DEFAULT_PORT,
    MeshFlags,
    demand_linux,
    mesh_flags,
    options_of,
)
from laneway.apps.cli.meshes import (
    DEFAULT_MESH,
    complete_mesh,
    folder_of,
    mesh_option,
    named_once,
    running,
    running_mesh,
)
from laneway.apps.cli.reading import ALL_FILES_HELP


class UpFlags(MeshFlags):
    """The flags of `laneway up`."""

    paths: tuple[str, ...]
    all_files: bool


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@mesh_flags
@click.option("--all-files", is_flag=True, help=ALL_FILES_HELP)
def up(**flags: Unpack[UpFlags]) -> int:
    """Start a mesh from PATH, and follow its changes.

    Every replica of a workload becomes a process with an address of its own, behind real Envoy.
    """
    demand_linux()
    from laneway.apps.local.mesh.up import up as run

    if edits_chosen().work_tree:
        raise click.UsageError("PATH is where edits go; --work-tree is of `laneway sync`.")
    folder = folder_of(flags["name"])
    options = options_of(flags, flags["paths"], all_files=flags["all_files"])
    return run(folder, options, detach=flags["detach"])


up.params += edit_options()


@click.command()
@click.argument("mesh", required=False, shell_complete=complete_mesh)
@mesh_option
@click.option("--all", "everything", is_flag=True, help="Every mesh.")
def down(mesh: str | None, name: str | None, everything: bool) -> None:  # noqa: FBT001 - a flag
    """Stop a mesh: its proxies, its programs, and the process that follows its files."""
    from laneway.apps.local.record.outside import bring_down
    from laneway.apps.local.record.state import mesh_folders

    name = named_once(name, mesh)
    if everything:
        folders = mesh_folders(os.environ)
    elif name is None and not running():
        folders = []
        bring_down(folder_of(DEFAULT_MESH))  # what one that never began may have left
    else:
        folders = [running_mesh(name)]
    ended = [folder for folder in folders if bring_down(folder) != "gone"]
    for folder in ended:
        click.echo(f"Mesh {folder.name} is down; its logs are in {folder.logs}")
    if not ended and not everything:
        click.echo("No mesh is running.")


@click.command()
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    help=f"Local port of the gateway. Without it {DEFAULT_PORT}, or the next free one.",
)
@click.option(
    "--requests",
    default=500,
    show_default=True,
    type=click.IntRange(1),
    help="How many requests to send before and after the edit.",
)
def demo(port: int | None, requests: int) -> int:
    """Run a sample on real Envoy and judge its answers.

    Two versions of three services are started, asked, edited while they run, asked again, and taken
    down. Exits with 1 if a request left its version.
    """
    demand_linux()
    from laneway.apps.local.demo.play import demo as play

    return play(port or DEFAULT_PORT, requests, fixed=port is not None)
