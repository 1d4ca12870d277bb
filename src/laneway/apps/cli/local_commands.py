"""`laneway up`, `down`, `demo`: the mesh on this machine, from the command line.

Comes in: flags and paths. Goes out: an exit code and text. Nothing is done here but reading flags:
each command loads what it needs when it runs, and the work is that of `apps/local`.
"""

from __future__ import annotations

import os
from typing import Literal, TypedDict, Unpack

import click

from laneway.apps.cli.meshes import (
    DEFAULT_MESH,
    UnfitError,
    complete_mesh,
    folder_of,
    mesh_option,
    named_once,
    running,
    running_mesh,
)
from laneway.apps.cli.reading import ALL_FILES_HELP

DEFAULT_PORT = 8080


class UpFlags(TypedDict):
    """The flags of `laneway up`."""

    paths: tuple[str, ...]
    port: int | None
    name: str
    detach: bool
    commands: tuple[str, ...]
    config: str | None
    proxies: str
    all_files: bool
    intercept: Literal["auto", "on", "off"] | None
    host_ports: tuple[int, ...]


def _demand_linux() -> None:
    if os.uname().sysname != "Linux":
        raise UnfitError(
            "a mesh on this machine needs Linux, which gives every program a loopback address of "
            "its own; the other commands run anywhere"
        )


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    help=f"Local port of the first gateway; others follow. Without it {DEFAULT_PORT}, or the next "
    "free one.",
)
@click.option(
    "--name",
    default=DEFAULT_MESH,
    show_default=True,
    metavar="MESH",
    shell_complete=complete_mesh,
    help="The mesh.",
)
@click.option(
    "-d", "--detach", is_flag=True, help="Return when the mesh is ready; it keeps running."
)
@click.option(
    "--run",
    "commands",
    multiple=True,
    metavar="NAME=COMMAND",
    help="The command that stands for an image (wildcards allowed) or for one workload; it finds "
    "its port in PORT and {port}. @mock is the built-in mock application.",
)
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False),
    help="A configuration file; ./laneway.toml if there is one.",
)
@click.option(
    "--proxies",
    type=click.Choice(["shared", "per-workload"]),
    default="shared",
    show_default=True,
    help="One Envoy for everything, or one for each workload.",
)
@click.option(
    "--intercept",
    type=click.Choice(["auto", "on", "off"]),
    help="Give every replica a network of its own, whose connections are led to its proxy whatever "
    "its program knows of proxies; with auto where the system allows it. Without it off.",
)
@click.option(
    "--host-port",
    "host_ports",
    multiple=True,
    type=click.IntRange(1, 65535),
    metavar="PORT",
    help="A port of localhost that leads to this machine where programs have a network of their "
    "own, as to a database. host.laneway.internal leads here at any port.",
)
@click.option("--all-files", is_flag=True, help=ALL_FILES_HELP)
def up(**flags: Unpack[UpFlags]) -> int:
    """Start a mesh from PATH, and follow its changes.

    Every replica of a workload becomes a process with an address of its own, behind real Envoy.
    """
    _demand_linux()
    from laneway.apps.local.mesh.configuration import Configuration, ConfigurationError, Options
    from laneway.apps.local.mesh.up import up as run

    folder = folder_of(flags["name"])
    try:
        configuration = Configuration.of(flags["config"])
        commands = configuration.commands_with(flags["commands"])
    except ConfigurationError as error:
        raise click.UsageError(str(error)) from error
    per_workload = flags["proxies"] == "per-workload"
    port = flags["port"]
    options = Options(
        flags["paths"],
        port or DEFAULT_PORT,
        commands,
        per_workload=per_workload,
        fixed=port is not None,
        all_files=flags["all_files"],
        intercept=flags["intercept"] or configuration.intercept,
        host_ports=(*configuration.host_ports, *flags["host_ports"]),
    )
    return run(folder, options, detach=flags["detach"])


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
    _demand_linux()
    from laneway.apps.local.demo.play import demo as play

    return play(port or DEFAULT_PORT, requests, fixed=port is not None)
