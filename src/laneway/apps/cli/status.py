"""`laneway status`: what each group and lane comes to."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, Any, Literal

import click

from laneway.apps.cli.meshes import compiled_live, mesh_option, running_mesh
from laneway.apps.cli.reading import compiled
from laneway.apps.terminal.exit_codes import ERRORS_FOUND
from laneway.apps.terminal.printing import output_option, print_object
from laneway.apps.terminal.screen import table_width_of
from laneway.apps.terminal.telling import exit_code

if TYPE_CHECKING:
    from collections.abc import Sequence

    from laneway.core.findings.finding import Finding

Row = tuple[str, ...]
_OUTPUT_HELP = "yaml and json print the objects' status as a cluster would hold it."


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH...]", type=click.Path(allow_dash=True))
@click.option("--mesh", "in_mesh", is_flag=True, help="What the running mesh serves.")
@mesh_option
@output_option("text", "yaml", "json", says=_OUTPUT_HELP)
def status(
    paths: tuple[str, ...],
    in_mesh: bool,  # noqa: FBT001 - a flag
    name: str | None,
    output: Literal["text", "yaml", "json"],
) -> int:
    """Show the state of each group and lane: what it has, and what answers for what it lacks.

    In a permissive group also which programs have to pass a lane on, and whether their manifests
    show that they will.

    With --mesh it shows what a running mesh serves, and whether its files say the same.
    """
    from laneway.core.emit.status import errors_elsewhere
    from laneway.core.findings.finding import printable

    refused: dict[str, Any] | None = None
    if in_mesh or name:
        if paths:
            raise click.UsageError(
                "PATH and --mesh are two questions: what files say, what is live."
            )
        folder = running_mesh(name)
        compilation, record = compiled_live(folder), folder.read()
        paths, refused = (str(folder.input),), record.refused if record else None
    elif not paths:
        raise click.UsageError("Name a PATH, or --mesh for what a running mesh serves.")
    else:
        compilation = compiled(paths)
    findings = compilation.findings
    objects = compilation.conditions
    if output == "text":
        from laneway.core.views.status import not_ready, tables

        mesh = compilation.mesh
        for head, rows in tables(mesh, objects):
            _print(head, rows)
        for group, why in not_ready(objects):
            click.echo(printable(f"group {group} is not ready: {why}\n"))
        if not mesh.groups:
            click.echo("No lane group is in the input.")
        _tell_findings(errors_elsewhere(mesh, findings), findings, paths)
        if refused is not None:
            _tell_refused(refused)
    else:
        from laneway.core.views.status import listed

        shown = listed(compilation.mesh, objects)
        print_object(shown | ({"refused": refused} if refused else {}), output)
    return exit_code(findings) if refused is None else ERRORS_FOUND


def _tell_findings(
    elsewhere: Sequence[Finding], findings: Sequence[Finding], paths: Sequence[str]
) -> None:
    """Tell of the errors that no row of the tables shows, and who says more of all findings."""
    if elsewhere:
        count = f"{len(elsewhere)} error{' is' if len(elsewhere) == 1 else 's are'}"
        codes = ", ".join(sorted({one.code.id for one in elsewhere}))
        click.echo(f"{count} about other objects: {codes}.")
    if any(one.level != "info" for one in findings):
        click.echo(f"laneway check {shlex.join(paths)} says what is wrong.")


def _tell_refused(value: dict[str, Any]) -> None:
    """Tell which edit did not go live, and why: the files are not what the tables speak of."""
    import time

    from laneway.apps.local.record.refusal import RefusedRevision, refusal_text

    refusal = RefusedRevision.of_value(value)
    click.echo(f"The mesh {refusal_text(refusal, time.time())}:")
    for reason in refusal.reasons:
        click.echo(f"  {reason}")


def _print(head: Row, rows: Sequence[Row]) -> None:
    from laneway.apps.terminal.tables import table

    if rows:
        lines = table(head, rows, table_width_of(sys.stdout))
        sys.stdout.write("\n".join([*lines, "", ""]))
