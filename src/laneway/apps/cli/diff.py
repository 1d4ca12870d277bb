"""`laneway diff`: which objects change from one input to another."""

from __future__ import annotations

import sys
from typing import Literal

import click

from laneway.apps.cli.reading import all_files_option, compiled
from laneway.apps.terminal.exit_codes import ERRORS_FOUND
from laneway.apps.terminal.printing import print_object
from laneway.apps.terminal.telling import exit_code, tell


@click.command()
@click.argument("old", type=click.Path(allow_dash=True))
@click.argument("new", type=click.Path(allow_dash=True))
@all_files_option
@click.option(
    "--layout",
    type=click.Choice(["istio", "asm"]),
    default="istio",
    show_default=True,
    help="The layout in which the objects are compared.",
)
@click.option(
    "-o",
    "--output",
    type=click.Choice(["text", "yaml", "json"]),
    default="text",
    show_default=True,
    help="How to print it.",
)
def diff(
    old: str,
    new: str,
    layout: Literal["istio", "asm"],
    output: Literal["text", "yaml", "json"],
) -> int:
    """Show which objects change from OLD to NEW: Laneway's, and your own Istio objects in them.

    Objects of a group that NEW holds stay as they are; nothing is deleted where a file of NEW
    cannot be read. A folder without any file means: nothing yet. Findings are those of NEW.
    """
    from laneway.core.changes.diff import diff as difference
    from laneway.core.changes.given import own_objects
    from laneway.core.emit.istio import manifests
    from laneway.core.findings.input import about_nothing
    from laneway.core.views.changes import as_object, table

    before = compiled((old,), may_be_empty=True)
    if before.snapshot.unread:
        tell([one for one in before.findings if one.level == "error"], sys.stderr)
        click.echo("OLD cannot be read as a whole, so nothing is compared.", err=True)
        return ERRORS_FOUND
    after = compiled((new,), may_be_empty=True)
    is_whole = not after.mesh.snapshot.unread
    changes = difference(
        manifests(before.mesh, before.plan, layout),
        manifests(after.mesh, after.plan, layout),
        {group.name for group in after.mesh.groups if group.held},
        is_whole=is_whole,
    )
    own = difference(own_objects(before.mesh), own_objects(after.mesh), is_whole=is_whole)
    if output != "text":
        print_object(as_object(changes) | {"own": as_object(own)}, output)
    else:
        click.echo(table(changes))
        if own:
            click.echo(f"\nYour own objects:\n{table(own)}")
    findings = [one for one in after.findings if one not in about_nothing(after.findings)]
    tell(findings, sys.stderr)
    return exit_code(findings)
