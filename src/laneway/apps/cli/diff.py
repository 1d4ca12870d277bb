"""`laneway diff`: which objects change from one input to another."""

from __future__ import annotations

import sys
from typing import Literal

import click

from laneway.apps.cli.reading import all_files_option, compiled
from laneway.apps.terminal.exit_codes import ERRORS_FOUND
from laneway.apps.terminal.layouts import Laying, layout_options
from laneway.apps.terminal.printing import output_option, print_object
from laneway.apps.terminal.telling import exit_code, tell


@click.command()
@click.argument("old", type=click.Path(allow_dash=True))
@click.argument("new", type=click.Path(allow_dash=True))
@all_files_option
@layout_options("The layout in which the objects are compared.")
@output_option("text", "yaml", "json")
def diff(old: str, new: str, laying: Laying, output: Literal["text", "yaml", "json"]) -> int:
    """Show which objects change from OLD to NEW: Laneway's, and your own Istio objects in them.

    Objects of a group that NEW holds stay as they are; nothing is deleted where a file of NEW
    cannot be read. A folder without any file means: nothing yet. Findings are those of NEW.
    """
    from laneway.core.findings.input import about_nothing
    from laneway.core.views import changes as view

    before = compiled((old,), may_be_empty=True)
    if not before.is_whole:
        tell([one for one in before.findings if one.level == "error"], sys.stderr)
        click.echo("OLD cannot be read as a whole, so nothing is compared.", err=True)
        return ERRORS_FOUND
    after = compiled((new,), may_be_empty=True)
    laid = laying.laid(after)
    ours = view.ours(laying.objects(before), after, laid.objects)
    own = view.own(before, after)
    if output != "text":
        print_object(view.as_object(ours) | {"own": view.as_object(own)}, output)
    else:
        click.echo(view.table(ours))
        if own:
            click.echo(f"\nYour own objects:\n{view.table(own)}")
    findings = [one for one in laid.findings if one not in about_nothing(laid.findings)]
    tell(findings, sys.stderr)
    return exit_code(findings)
