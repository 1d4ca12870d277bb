"""`laneway render`: the Istio objects that PATH becomes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Literal

import click

from laneway.apps.cli.reading import compiled, paths_argument
from laneway.apps.cli.telling import exit_code, tell

if TYPE_CHECKING:
    from laneway.core.compile import Compilation


@click.command()
@paths_argument
@click.option(
    "--layout",
    type=click.Choice(["istio", "asm"]),
    default="istio",
    show_default=True,
    help="istio: objects beside their services, for any Istio. asm: objects as the vendor's "
    "controller prints them.",
)
@click.option(
    "-o",
    "--output",
    type=click.Choice(["yaml", "json"]),
    default="yaml",
    show_default=True,
    help="json prints one Kubernetes List.",
)
def render(
    paths: tuple[str, ...], layout: Literal["istio", "asm"], output: Literal["yaml", "json"]
) -> int:
    """Print the Istio objects that PATH becomes.

    Findings go to standard error. Groups whose output would be unsafe are held: they are left out,
    and the exit code is 1.

    \b
    laneway render lanes/ | kubectl apply -f -
    """
    compilation = compiled(paths)
    _write(compilation, layout, output)
    findings = compilation.findings
    tell(findings, sys.stderr)
    if not compilation.mesh.groups:
        click.echo("There is no lane group in the input, so there is nothing to render.", err=True)
    return exit_code(findings)


def _write(
    compilation: Compilation, layout: Literal["istio", "asm"], output: Literal["yaml", "json"]
) -> None:
    from laneway.core.emit.istio import manifests

    bodies = (one.body for one in manifests(compilation.mesh, compilation.plan, layout))
    if output == "yaml":
        from laneway.core.emit.yaml_text import yaml_documents

        pieces = yaml_documents(bodies)
    else:
        from laneway.core.emit.json_text import json_list

        pieces = json_list(bodies)
    for piece in pieces:
        sys.stdout.write(piece)
    sys.stdout.flush()
