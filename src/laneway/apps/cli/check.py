"""`laneway check`: what is wrong or doubtful in PATH."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Literal

import click

from laneway.apps.cli.reading import compiled, paths_argument
from laneway.apps.cli.telling import exit_code, tell

if TYPE_CHECKING:
    from laneway.core.compile import Compilation
    from laneway.core.findings.finding import Level


@click.command()
@paths_argument
@click.option(
    "-o",
    "--output",
    type=click.Choice(["text", "json", "sarif"]),
    default="text",
    show_default=True,
    help="sarif is what code hosts and editors show beside the lines.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info"]),
    default="error",
    show_default=True,
    help="Exit with 1 if anything of this level or worse is found.",
)
def check(paths: tuple[str, ...], output: Literal["text", "json", "sarif"], fail_on: Level) -> int:
    """Say what is wrong or doubtful in PATH, where, why, and how to mend it."""
    compilation = compiled(paths)
    findings = compilation.findings
    if output == "text":
        tell(findings, sys.stdout)
        if not findings:
            click.echo(_all_well(compilation))
    elif output == "json":
        from laneway.core.findings.machine import as_json

        sys.stdout.write(as_json(findings))
    else:
        from laneway.apps.cli.version import version
        from laneway.core.findings.machine import as_sarif

        sys.stdout.write(as_sarif(findings, version()))
    return exit_code(findings, fail_on)


def _all_well(compilation: Compilation) -> str:
    """Say what was looked at, so that silence is not taken for health."""
    groups = compilation.mesh.groups
    counts = {
        "group": len(groups),
        "lane": sum(len(group.lanes) for group in groups),
        "service": sum(len(group.hosts) for group in groups),
    }
    words = [f"{count} {noun}{'' if count == 1 else 's'}" for noun, count in counts.items()]
    return f"no findings in {', '.join(words)}"
