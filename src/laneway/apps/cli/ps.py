"""`laneway ps`: which meshes there are, and how their programs stand."""

from __future__ import annotations

import os
import sys
from typing import Literal

import click

from laneway.apps.cli.meshes import complete_mesh, mesh_option, named_once, running_mesh
from laneway.apps.terminal.printing import print_object


@click.command()
@click.argument("mesh", required=False, shell_complete=complete_mesh)
@mesh_option
@click.option("-o", "--output", type=click.Choice(["text", "yaml", "json"]), default="text")
def ps(mesh: str | None, name: str | None, output: Literal["text", "yaml", "json"]) -> None:
    """List meshes and the programs in them."""
    import time

    from laneway.apps.local.record.listing import as_values, mesh_lines
    from laneway.apps.local.record.outside import look
    from laneway.apps.local.record.state import mesh_folders
    from laneway.apps.terminal.screen import table_width_of

    name = named_once(name, mesh)
    folders = [running_mesh(name)] if name else mesh_folders(os.environ)
    meshes = [seen for folder in folders if (seen := look(folder)).record is not None]
    if output != "text":
        print_object(as_values(meshes), output)
        return
    lines = mesh_lines(meshes, time.time(), table_width_of(sys.stdout))
    for line in lines if meshes else ["No mesh is running."]:
        click.echo(line)
