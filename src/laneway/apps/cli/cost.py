"""`laneway cost`: what the lanes in PATH cost proxies and istiod, layout beside layout."""

from __future__ import annotations

import sys
from typing import Literal

import click

from laneway.apps.cli.reading import compiled, paths_argument
from laneway.apps.terminal.exit_codes import FINE
from laneway.apps.terminal.printing import print_object
from laneway.apps.terminal.screen import width_of
from laneway.apps.terminal.telling import exit_code, tell


@click.command()
@paths_argument
@click.option(
    "--proxies",
    type=click.IntRange(min=1),
    metavar="N",
    help="How many proxies there are, if not as many as PATH has pods: shared out as these are.",
)
@click.option(
    "--without",
    type=click.Choice(["mtls", "telemetry"]),
    multiple=True,
    help="What the mesh has switched off: automatic mutual TLS, or the labels of metrics. "
    "It makes what istiod sends shorter. May be given twice.",
)
@click.option("-o", "--output", type=click.Choice(["table", "yaml", "json"]), default="table")
def cost(
    paths: tuple[str, ...],
    proxies: int | None,
    without: tuple[str, ...],
    output: Literal["table", "yaml", "json"],
) -> int:
    """Say what lanes cost before they are applied.

    For each layout, and for the mesh without lanes: how many clusters and routes a gateway, a
    sidecar of each lane and one in no lane hold, how many bytes istiod sends them, and how many
    objects there are to write. These are exact. Memory and processor time come of constants that
    were measured. Nothing is asked of a cluster.
    """
    from laneway.apps.terminal.cost_text import cost_lines
    from laneway.core.cost.compare import compared
    from laneway.core.cost.lengths import MeshSettings
    from laneway.core.views.cost import cost_view

    compilation = compiled(paths)
    settings = MeshSettings("mtls" not in without, "telemetry" not in without)
    errors = tuple(one for one in compilation.findings if one.level == "error")
    tell(errors, sys.stderr)
    if not compilation.mesh.groups:
        click.echo("There is no lane group in the input, so lanes cost nothing.", err=True)
        return FINE
    found = compared(compilation, proxies, settings)
    if output != "table":
        print_object(cost_view(found), output)
    else:
        for line in cost_lines(found, width_of(sys.stdout)):
            click.echo(line)
    return exit_code(errors)
