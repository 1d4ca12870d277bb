"""Options of a console on a cluster, which wait beside the command as those of the cluster do."""

from __future__ import annotations

import click

from laneway.apps.cli.clusters import connection_options, note


def cluster_options() -> list[click.Parameter]:
    """Return the options that say which cluster is shown, and how much of it."""
    namespaces = click.Option(
        ["-n", "--namespace"],
        metavar="NAMESPACE",
        multiple=True,
        expose_value=False,
        callback=note("namespaces"),
        help="Look into this namespace of the cluster alone; may be said several times.",
    )
    return [namespaces, *connection_options()]
