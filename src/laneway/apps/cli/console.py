"""`laneway console`: lanes in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from laneway.apps.cli.meshes import mesh_option, running_mesh

if TYPE_CHECKING:
    from laneway.apps.console.seams import ConsoleGround


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH...]", type=click.Path())
@mesh_option
@click.option(
    "--port", type=click.IntRange(1, 65535), help="Without it as before, or from 8420 on."
)
@click.option("--read-only", is_flag=True, help="Show everything, change nothing.")
@click.option("--link", is_flag=True, help="Print a new link to a console that runs.")
def console(
    *, paths: tuple[str, ...], name: str | None, port: int | None, read_only: bool, link: bool
) -> int:
    """Show lanes in a browser: the mesh that runs here, or what PATH holds.

    It prints a link that opens once; only this machine is answered.

    \b
    laneway console
    laneway console lanes/
    laneway console --link
    """
    from laneway.apps.cli.version import version
    from laneway.apps.console.run import ConsoleOptions, new_link, run

    ground = _ground(paths, name)
    if link:
        click.echo(new_link(ground))
        return 0
    return run(ground, ConsoleOptions(port=port, read_only=read_only, version=version()))


def _ground(paths: tuple[str, ...], name: str | None) -> ConsoleGround:
    if paths and name is not None:
        raise click.UsageError("PATH and --name are two questions: what files say, what runs.")
    if paths:
        from laneway.adapters.files import Reader
        from laneway.apps.console.grounds.files import FilesGround

        return FilesGround(Reader(paths))
    from laneway.apps.console.grounds.mesh import MeshGround

    return MeshGround(running_mesh(name))
