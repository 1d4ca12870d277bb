"""How a mesh on this machine is run, as flags: the same for whatever it is made from.

Comes in: flags, and `laneway.toml` of the working directory or of `--config`. Goes out: Options.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, TypedDict

import click

from laneway.apps.cli.edit_options import words_for_console
from laneway.apps.cli.meshes import DEFAULT_MESH, UnfitError, complete_mesh

if TYPE_CHECKING:
    from laneway.apps.local.mesh.configuration import Options

DEFAULT_PORT = 8080


class MeshFlags(TypedDict):
    """What every command that runs a mesh takes."""

    port: int | None
    name: str
    detach: bool
    commands: tuple[str, ...]
    config: str | None
    proxies: str
    intercept: Literal["auto", "on", "off"] | None
    host_ports: tuple[int, ...]
    console: bool


_OPTIONS = (
    click.option(
        "--port",
        type=click.IntRange(1, 65535),
        help="Local port of the first gateway; others follow. "
        f"Without it {DEFAULT_PORT}, or the next free one.",
    ),
    click.option(
        "--name",
        default=DEFAULT_MESH,
        show_default=True,
        metavar="MESH",
        shell_complete=complete_mesh,
        help="The mesh.",
    ),
    click.option(
        "-d", "--detach", is_flag=True, help="Return when the mesh is ready; it keeps running."
    ),
    click.option(
        "--run",
        "commands",
        multiple=True,
        metavar="NAME=COMMAND",
        help="The command that stands for an image (wildcards allowed) or for one workload; it "
        "finds its port in PORT and {port}. @mock is the built-in mock application.",
    ),
    click.option(
        "--config",
        type=click.Path(exists=True, dir_okay=False),
        help="A configuration file; ./laneway.toml if there is one.",
    ),
    click.option(
        "--proxies",
        type=click.Choice(["shared", "per-workload"]),
        default="shared",
        show_default=True,
        help="One Envoy for everything, or one for each workload.",
    ),
    click.option(
        "--intercept",
        type=click.Choice(["auto", "on", "off"]),
        help="Give every replica a network of its own, whose connections are led to its proxy "
        "whatever its program knows of proxies; with auto where the system allows it. "
        "Without it off.",
    ),
    click.option(
        "--host-port",
        "host_ports",
        multiple=True,
        type=click.IntRange(1, 65535),
        metavar="PORT",
        help="A port of localhost that leads to this machine where programs have a network of "
        "their own, as to a database. host.laneway.internal leads here at any port.",
    ),
    click.option(
        "--console", is_flag=True, help="Show the mesh in a browser: print a link that opens once."
    ),
)


def mesh_flags(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command what says how a mesh is run."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def demand_linux() -> None:
    """Raise UnfitError where no mesh can be run."""
    if os.uname().sysname != "Linux":
        raise UnfitError(
            "a mesh on this machine needs Linux, which gives every program a loopback address of "
            "its own; the other commands run anywhere"
        )


def options_of(flags: MeshFlags, paths: tuple[str, ...], *, all_files: bool = False) -> Options:
    """Return how a mesh is to be run. Raises a usage error."""
    from laneway.apps.local.mesh.configuration import Configuration, ConfigurationError, Options

    try:
        configuration = Configuration.of(flags["config"])
        commands = configuration.commands_with(flags["commands"])
    except ConfigurationError as error:
        raise click.UsageError(str(error)) from error
    port = flags["port"]
    return Options(
        paths,
        port or DEFAULT_PORT,
        commands,
        per_workload=flags["proxies"] == "per-workload",
        fixed=port is not None,
        all_files=all_files,
        intercept=flags["intercept"] or configuration.intercept,
        host_ports=(*configuration.host_ports, *flags["host_ports"]),
        console=flags["console"],
        console_words=words_for_console(is_wanted=flags["console"]),
    )
