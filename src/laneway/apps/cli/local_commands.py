"""`laneway up`, `ps`, `logs`, `down`, `demo`: the mesh on this machine, from the command line.

Comes in: flags and paths. Goes out: an exit code and text. Nothing is done here but reading flags:
each command loads what it needs when it runs, and the work is that of `apps/local`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal, TypedDict, Unpack

import click

from laneway.apps.cli.printing import print_object
from laneway.apps.cli.reading import ALL_FILES_HELP

if TYPE_CHECKING:
    from laneway.apps.local.state import MeshFolder

DEFAULT_MESH = "default"
DEFAULT_PORT = 8080


class UnfitError(click.ClickException):
    """What was asked for cannot be done: the machine or the mesh is not in a state for it."""

    exit_code = 3


class UpFlags(TypedDict):
    """The flags of `laneway up`."""

    paths: tuple[str, ...]
    port: int
    name: str
    detach: bool
    commands: tuple[str, ...]
    config: str | None
    proxies: str
    all_files: bool


def folder_of(name: str) -> MeshFolder:
    """Return the folder of a mesh that `--name` speaks of."""
    from laneway.apps.local.state import BadNameError, mesh_folder

    try:
        return mesh_folder(name, os.environ)
    except BadNameError as error:
        raise click.BadParameter(str(error), param_hint="--name") from error


def folder_completed(context: click.Context) -> MeshFolder | None:
    """Return the folder of the mesh in a line that a shell completes, if it names one."""
    try:
        return folder_of(context.params.get("name") or DEFAULT_MESH)
    except click.BadParameter:
        return None


def _demand_linux() -> None:
    if os.uname().sysname != "Linux":
        raise UnfitError(
            "a mesh on this machine needs Linux, which gives every program a loopback address of "
            "its own; the other commands run anywhere"
        )


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--port",
    default=DEFAULT_PORT,
    show_default=True,
    type=click.IntRange(1, 65535),
    help="Local port of the first gateway; others follow. The next free one if it is taken.",
)
@click.option("--name", default=DEFAULT_MESH, show_default=True, metavar="MESH", help="The mesh.")
@click.option("-d", "--detach", is_flag=True, help="Return when the mesh is ready; it goes on.")
@click.option(
    "--run",
    "commands",
    multiple=True,
    metavar="IMAGE=COMMAND",
    help="The command that stands for an image (wildcards allowed); it finds its port in PORT and "
    "{port}. @mock is the built-in mock application.",
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
@click.option("--all-files", is_flag=True, help=ALL_FILES_HELP)
def up(**flags: Unpack[UpFlags]) -> int:
    """Start a mesh of what PATH says, and follow its changes.

    Every replica of a workload becomes a process with an address of its own, behind real Envoy.
    """
    _demand_linux()
    from laneway.apps.local.configuration import ConfigurationError, Options, commands_of
    from laneway.apps.local.up import up as run

    folder = folder_of(flags["name"])
    try:
        commands = commands_of(flags["config"], flags["commands"])
    except ConfigurationError as error:
        raise click.UsageError(str(error)) from error
    per_workload = flags["proxies"] == "per-workload"
    options = Options(
        flags["paths"],
        flags["port"],
        commands,
        per_workload=per_workload,
        all_files=flags["all_files"],
    )
    return run(folder, options, detach=flags["detach"])


@click.command()
@click.argument("mesh", required=False)
@click.option("-o", "--output", type=click.Choice(["text", "yaml", "json"]), default="text")
def ps(mesh: str | None, output: Literal["text", "yaml", "json"]) -> None:
    """List meshes and the programs in them."""
    import time

    from laneway.apps.local.listing import as_values, mesh_table, workload_table
    from laneway.apps.local.outside import look
    from laneway.apps.local.screen import table_width_of
    from laneway.apps.local.state import mesh_folders

    folders = [folder_of(mesh)] if mesh else mesh_folders(os.environ)
    meshes = [seen for folder in folders if (seen := look(folder)).record is not None]
    if output != "text":
        print_object(as_values(meshes), output)
    elif not meshes:
        click.echo(f"No mesh {mesh} is running." if mesh else "No mesh is running.")
    else:
        width = table_width_of(sys.stdout)
        _print(mesh_table(meshes, time.time(), width))
        for seen in meshes:
            _print(["", *([f"{seen.folder.name}:"] if len(meshes) > 1 else [])])
            _print(workload_table(seen, width))


def _complete_log(context: click.Context, _: click.Parameter, begun: str) -> list[str]:
    from laneway.apps.local.logs import all_logs

    folder = folder_completed(context)
    logs = all_logs(folder) if folder else []
    return [path.stem for path in logs if path.stem.startswith(begun)]


@click.command()
@click.argument("workload", shell_complete=_complete_log)
@click.option("-f", "--follow", "follows", is_flag=True, help="Go on as lines are added.")
@click.option("--tail", type=click.IntRange(0), help="Only the last lines of each log.")
@click.option("--name", default=DEFAULT_MESH, show_default=True, metavar="MESH", help="The mesh.")
def logs(workload: str, follows: bool, tail: int | None, name: str) -> None:  # noqa: FBT001
    """Print what a WORKLOAD wrote: one of its replicas or all, `envoy`, or `laneway` itself.

    WORKLOAD is NAME or NAMESPACE/NAME, or a replica as `laneway ps` names it.
    """
    import time

    from laneway.apps.local.logs import Reader, all_logs, follow, logs_named
    from laneway.apps.local.outside import look

    folder = folder_of(name)
    readers = [Reader(path) for path in logs_named(folder, workload)]
    if not readers:
        known = ", ".join(path.stem for path in all_logs(folder)) or "none"
        raise click.UsageError(f"mesh {name} has no log of {workload!r}; there are: {known}")
    width = max(len(one.path.stem) for one in readers) if len(readers) > 1 else 0

    def show(source: str, line: str) -> None:
        click.echo(f"{source.ljust(width)} | {line}" if width else line)

    for reader in readers:
        lines = reader.lines()
        if reader.rest and not follows:
            lines.append(reader.rest)
        for line in lines if tail is None else lines[len(lines) - tail :]:
            show(reader.path.stem, line)

    def pause() -> bool:
        time.sleep(0.1)
        return look(folder).condition != "gone"

    if follows:
        for source, line in follow(readers, pause):
            show(source, line)


@click.command()
@click.option("--name", default=DEFAULT_MESH, show_default=True, metavar="MESH", help="The mesh.")
@click.option("--all", "everything", is_flag=True, help="Every mesh.")
def down(name: str, everything: bool) -> None:  # noqa: FBT001 - a flag of the command line
    """Stop a mesh: its proxies, its programs, and the process that follows its files."""
    from laneway.apps.local.outside import bring_down
    from laneway.apps.local.state import mesh_folders

    folders = mesh_folders(os.environ) if everything else [folder_of(name)]
    for folder in folders:
        condition = bring_down(folder)
        if condition != "gone":
            click.echo(f"Mesh {folder.name} is down; its logs are in {folder.logs}")
        elif not everything:
            click.echo(f"Mesh {folder.name} is not running.")


@click.command()
@click.option(
    "--port",
    default=DEFAULT_PORT,
    show_default=True,
    type=click.IntRange(1, 65535),
    help="Local port of the gateway. The next free one if it is taken.",
)
@click.option(
    "--requests",
    default=500,
    show_default=True,
    type=click.IntRange(1),
    help="How many requests to send before and after the edit.",
)
def demo(port: int, requests: int) -> int:
    """Run a sample on real Envoy and judge its answers.

    Two versions of three services are started, asked, edited while they run, asked again, and taken
    down. Exits with 1 if a request left its version.
    """
    _demand_linux()
    from laneway.apps.local.demo.play import demo as play

    return play(port, requests)
