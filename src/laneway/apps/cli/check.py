"""`laneway check`: what is wrong or doubtful in PATH."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from laneway.apps.cli.clusters import of_namespace
from laneway.apps.cli.codes import CODE
from laneway.apps.cli.reading import NoInputError, compiled, paths_argument
from laneway.apps.terminal.telling import counted, exit_code, tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from laneway.core.compile import Compilation
    from laneway.core.findings.finding import Finding, Level


@click.command()
@paths_argument
@click.option(
    "-o",
    "--output",
    type=click.Choice(["text", "concise", "json", "sarif", "github", "gitlab"]),
    default="text",
    show_default=True,
    help="concise is a line each; sarif, github (annotations of a job) and gitlab (a code quality "
    "report) are what code hosts show beside the lines.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print only findings that make the command fail.")
@click.option(
    "--ignore",
    "ignored",
    type=CODE,
    multiple=True,
    metavar="CODE",
    help="Leave findings of this code out; may be given again.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info"]),
    default="error",
    show_default=True,
    help="Exit with 1 if anything of this level or worse is found.",
)
@click.option(
    "--all", "everything", is_flag=True, help="Also show findings about objects that touch no lane."
)
def check(  # noqa: PLR0913 - one parameter per option, as click has it
    paths: tuple[str, ...],
    output: str,
    fail_on: Level,
    ignored: tuple[str, ...],
    *,
    quiet: bool,
    everything: bool,
) -> int:
    """Report errors and doubtful points in PATH: where, why, and how to fix them."""
    try:
        compilation = compiled(paths)
    except NoInputError as nothing:
        _print(nothing.findings, output)
        return nothing.exit_code
    found = of_namespace(compilation.all_findings if everything else compilation.findings)
    findings = [one for one in found if one.code.id not in ignored]
    if quiet:
        findings = counted(findings, fail_on)
    _print(findings, output)
    if output == "text" and not findings and not quiet:
        click.echo(_all_well(compilation, ignored))
    return exit_code(findings, fail_on)


def _print(findings: Sequence[Finding], output: str) -> None:
    if output == "text":
        tell(findings, sys.stdout)
    else:
        sys.stdout.write(_written(findings, output))


def _written(findings: Sequence[Finding], output: str) -> str:
    """Write findings for a machine, or a line each."""
    from laneway.apps.cli.version import version
    from laneway.core.findings.annotations import as_github, as_gitlab
    from laneway.core.findings.machine import as_json, as_sarif
    from laneway.core.findings.render import as_lines

    if output == "sarif":
        return as_sarif(findings, version())
    return {"concise": as_lines, "json": as_json, "github": as_github, "gitlab": as_gitlab}[output](
        findings
    )


def _all_well(compilation: Compilation, ignored: tuple[str, ...]) -> str:
    """Say what was looked at, so that silence is not taken for health."""
    groups = compilation.mesh.groups
    if not groups:
        return "no findings, but no lane group is in the input either"
    counts = {
        "group": len(groups),
        "lane": sum(len(group.lanes) for group in groups),
        "service": sum(len(group.hosts) for group in groups),
    }
    words = [f"{count} {noun}{'' if count == 1 else 's'}" for noun, count in counts.items()]
    but = f" but {', '.join(sorted(ignored))}" if ignored else ""
    return f"no findings{but} in {', '.join(words)}"
