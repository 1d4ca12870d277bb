"""`laneway release agent`: executes the LaneReleases of a cluster.

Comes in: the way to an API server, a configuration. Goes out: an exit code, when told to stop. What
it does is told by the status of each release; its log says the same.
"""

from __future__ import annotations

from typing import Literal

import click

from laneway.apps.terminal.exit_codes import FINE, WORLD_FAILED


@click.command(short_help="Execute the releases of a cluster.")
@click.option(
    "--kubeconfig",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="The kubeconfig to use; in a pod its service account.",
)
@click.option(
    "--context", metavar="NAME", help="The context of the kubeconfig; the current one by default."
)
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False),
    help="A configuration file; ./laneway.toml if there is one.",
)
@click.option("--leader-elect", is_flag=True, help="Work only while this process holds the Lease.")
@click.option(
    "--lease-namespace",
    metavar="NAME",
    envvar="POD_NAMESPACE",
    default="",
    help="The namespace of the Lease; the pod's own by default.",
)
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How log lines are written.",
)
def agent(  # noqa: PLR0913 - one parameter an option
    *,
    kubeconfig: str | None,
    context: str | None,
    config: str | None,
    leader_elect: bool,
    lease_namespace: str,
    log_format: Literal["json", "text"],
) -> int:
    """Execute the LaneReleases of a cluster, until told to stop.

    Weights move by commits where a release names a repository, else by server-side apply. The
    configuration says which repositories, metrics servers and webhooks there are, by name.

    \b
    laneway release agent --config laneway.toml
    """
    import asyncio
    import tempfile

    from laneway.adapters.kube import KubeError, access
    from laneway.apps.executor.run import AgentOptions, execute_releases
    from laneway.apps.local.mesh.configuration import Configuration, ConfigurationError
    from laneway.apps.operator.logs import log_to_stderr

    if leader_elect and not lease_namespace:
        raise click.UsageError("--leader-elect needs --lease-namespace.")
    try:
        configuration = Configuration.of(config)
        way = access(kubeconfig, context)
        log_to_stderr(log_format)
        with tempfile.TemporaryDirectory(prefix="laneway-release-") as folder:
            namespace = lease_namespace if leader_elect else ""
            asyncio.run(execute_releases(way, AgentOptions(configuration, folder, namespace)))
    except ConfigurationError as error:
        raise click.UsageError(str(error)) from error
    except KubeError as error:
        click.echo(f"Error: {error}", err=True)
        return WORLD_FAILED
    return FINE


COMMANDS = (agent,)
