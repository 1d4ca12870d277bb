"""`kubectl laneway console`: the lanes of a cluster in a browser, as its user."""

from __future__ import annotations

import click

from laneway.apps.cli.console import on_cluster
from laneway.apps.cli.console_options import cluster_options
from laneway.apps.cli.edit_options import edit_options


@click.command()
@click.option(
    "--port", type=click.IntRange(1, 65535), help="Without it as before, or from 8420 on."
)
@click.option("--read-only", is_flag=True, help="Show everything, change nothing.")
@click.option("--link", is_flag=True, help="Print a new link to a console that runs.")
def console(*, port: int | None, read_only: bool, link: bool) -> int:
    """Show the cluster's lanes in a browser, with your rights and no others.

    It runs on this machine, prints a link that opens once and answers only this machine. What you
    may not list is named as not read. What you change there is written as you.

    \b
    kubectl laneway console
    kubectl laneway console -n shop -n cart
    """
    from laneway.apps.cli.version import version
    from laneway.apps.console.run import ConsoleOptions

    options = ConsoleOptions(port=port, read_only=read_only, version=version())
    return on_cluster(options, link=link)


console.params += [*edit_options(), *cluster_options()]
