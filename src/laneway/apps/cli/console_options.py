"""Options of a console on a cluster, which wait beside the command as those of the cluster do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from laneway.apps.cli.clusters import chosen, connection_options, note

if TYPE_CHECKING:
    from laneway.adapters.metrics import MetricsServer


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
    metrics = click.Option(
        ["--metrics"],
        metavar="URL",
        expose_value=False,
        callback=note("metrics"),
        help="The Prometheus of the cluster, for what goes over its topology; without it the "
        "proxies are asked.",
    )
    token = click.Option(
        ["--metrics-token-file"],
        metavar="FILE",
        expose_value=False,
        callback=note("metrics_token_file"),
        type=click.Path(exists=True, dir_okay=False),
        help="The file of the token that it wants.",
    )
    return [namespaces, metrics, token, *connection_options()]


def metrics_server() -> MetricsServer | None:
    """Return the metrics server that is meant. Raises UsageError."""
    from laneway.adapters.metrics import MetricsServer
    from laneway.apps.local.mesh.configuration import OutsidePlace

    url, token_file = chosen().metrics, chosen().metrics_token_file
    if not url:
        return None
    if not url.startswith(("http://", "https://")):
        raise click.UsageError("--metrics is a URL, as http://prometheus.monitoring:9090.")
    return MetricsServer(url, OutsidePlace(url, token_file).token)
