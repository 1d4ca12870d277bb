"""`kubectl laneway version`: which Laneway answers."""

from __future__ import annotations

import click


@click.command()
def version() -> None:
    """Print the version."""
    from laneway.apps.cli.version import version as installed

    click.echo(f"laneway {installed()}")
