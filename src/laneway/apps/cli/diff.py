"""`laneway diff`: which objects change from one input to another."""

from __future__ import annotations

import sys
from typing import Literal

import click

from laneway.apps.cli.printing import print_object
from laneway.apps.cli.reading import compiled
from laneway.apps.cli.telling import exit_code, tell


@click.command()
@click.argument("old", type=click.Path(allow_dash=True))
@click.argument("new", type=click.Path(allow_dash=True))
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
    """Say which objects change from OLD to NEW: Laneway's, and your own Istio objects in them.

    Objects of a group that NEW holds stay as they are; nothing is deleted where a file of NEW
    cannot be read. Findings are those of NEW.
    """
    from laneway.core.changes.diff import diff as difference
    from laneway.core.changes.given import own_objects
    from laneway.core.changes.show import as_object, table
    from laneway.core.emit.istio import manifests

    before, after = compiled((old,)), compiled((new,))
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
    findings = after.findings
    tell(findings, sys.stderr)
    return exit_code(findings)
