"""`laneway show`: what walks through the compiler, as data."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from laneway.apps.cli.changes import changes
from laneway.apps.cli.reading import compiled, paths_argument
from laneway.apps.terminal.layouts import Laying, layout_options
from laneway.apps.terminal.printing import Output, output_option, print_object
from laneway.apps.terminal.telling import exit_code, tell

if TYPE_CHECKING:
    from laneway.core.compile import Compilation


@click.group()
def show() -> None:
    """Print the mesh, the plan or the changes as data."""


@show.command(short_help="Print what was understood.")
@paths_argument
@output_option("yaml", "json")
def mesh(paths: tuple[str, ...], output: Output) -> int:
    """Print what was understood: groups, lanes, services, pods, gateways."""
    from laneway.core.views.mesh import mesh_object

    compilation = compiled(paths)
    print_object(mesh_object(compilation.mesh), output)
    return _ended(compilation)


@show.command(short_help="Print what was decided.")
@paths_argument
@layout_options("scoped adds how each lane service is written in that layout, and why.")
@output_option("yaml", "json")
def plan(paths: tuple[str, ...], laying: Laying, output: Output) -> int:
    """Print what was decided: every rule of gateways and services, in order."""
    from laneway.core.views.plan import plan_object, scoped_object

    compilation = compiled(paths)
    scoped = laying.scoped(compilation)
    shown = plan_object(laying.thinned(compilation).plan) | (
        scoped_object(scoped) if scoped else {}
    )
    print_object(shown, output)
    findings = laying.findings(compilation, scoped)
    tell(findings, sys.stderr)
    return exit_code(findings)


show.add_command(changes)


def _ended(compilation: Compilation) -> int:
    findings = compilation.findings
    tell(findings, sys.stderr)
    return exit_code(findings)
