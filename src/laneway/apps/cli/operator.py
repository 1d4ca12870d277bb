"""`laneway operator`: keeps a cluster's Istio objects as its lanes say.

It runs in a cluster or beside one, until it is told to stop. What it does is told by status, events
and metrics; its log says what goes wrong.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from laneway.apps.cli.seconds import Seconds
from laneway.apps.terminal.exit_codes import FINE, WORLD_FAILED

if TYPE_CHECKING:
    from laneway.core.live.replicas import IstiodReplica


@click.command()
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
    "--namespaces",
    metavar="NAMES",
    default="all",
    show_default=True,
    help="The namespaces that may be written, with commas; `all`, or `none`.",
)
@click.option(
    "--installation",
    metavar="NAME",
    default="",
    help="The ClusterRole that stands for this installation.",
)
@click.option(
    "--layout",
    type=click.Choice(["istio", "scoped"]),
    default="istio",
    show_default=True,
    help="What is written: a subset for each lane, or rules for single callers.",
)
@click.option(
    "--drain",
    metavar="SECONDS",
    type=Seconds(0, 600),
    default=5.0,
    show_default=True,
    help="What requests in flight get before their routes are taken away.",
)
@click.option(
    "--wait",
    metavar="SECONDS",
    type=Seconds(0, 600),
    default=5.0,
    show_default=True,
    help="What proxies get for a step where istiod cannot be asked.",
)
@click.option(
    "--istiod",
    "istiods",
    metavar="HOST[:GRPC[:DEBUG]]",
    multiple=True,
    help="An istiod to ask what is live; those among the pods by default.",
)
@click.option(
    "--istiod-token",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The token to ask istiod with (audience istio-ca).",
)
@click.option(
    "--istiod-root",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The certificate by which istiod is known.",
)
@click.option(
    "--metrics-address", metavar="HOST:PORT", default="", help="Serve metrics at /metrics there."
)
@click.option(
    "--health-address", metavar="HOST:PORT", default="", help="Serve /healthz and /readyz there."
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
def operator(  # noqa: PLR0913 - one parameter an option
    *,
    kubeconfig: str | None,
    context: str | None,
    namespaces: str,
    installation: str,
    layout: Literal["istio", "scoped"],
    drain: float,
    wait: float,
    istiods: tuple[str, ...],
    istiod_token: Path | None,
    istiod_root: Path | None,
    metrics_address: str,
    health_address: str,
    leader_elect: bool,
    lease_namespace: str,
    log_format: Literal["json", "text"],
) -> int:
    """Keep a cluster's Istio objects as its lanes say, until told to stop."""
    import asyncio

    from laneway.adapters.kube import KubeError, access
    from laneway.apps.operator.logs import log_to_stderr
    from laneway.apps.operator.run import OperatorOptions, operate

    for name, address in (("metrics", metrics_address), ("health", health_address)):
        _check_address(f"--{name}-address", address)
    if leader_elect and not lease_namespace:
        raise click.UsageError("--leader-elect needs --lease-namespace.")
    options = OperatorOptions(
        namespaces=_namespaces(namespaces),
        installation=installation,
        layout=layout,
        drain=drain,
        wait=wait,
        istiods=tuple(map(_istiod, istiods)),
        istiod_token=istiod_token,
        istiod_root=istiod_root,
        metrics_address=metrics_address,
        health_address=health_address,
        lease_namespace=lease_namespace if leader_elect else "",
    )
    try:
        way = access(kubeconfig, context)
        log_to_stderr(log_format)
        asyncio.run(operate(way, options))
    except KubeError as error:
        click.echo(f"Error: {error}", err=True)
        return WORLD_FAILED
    return FINE


def _namespaces(written: str) -> frozenset[str] | None:
    """Return the namespaces named: None for all, none of them for `none`."""
    names = frozenset(name for part in written.split(",") if (name := part.strip()))
    if not names:
        raise click.BadParameter(
            "name at least one namespace, or write all", param_hint="--namespaces"
        )
    if names == {"none"}:
        return frozenset()
    return None if names == {"all"} else names


def _check_address(option: str, written: str) -> None:
    """Refuse what is no address to listen at; none at all is fine."""
    port = written.rpartition(":")[2]
    if written and not (":" in written and port.isdecimal() and 0 < int(port) < 65536):
        raise click.BadParameter(f"{written} is no HOST:PORT", param_hint=option)


def _istiod(written: str) -> IstiodReplica:
    """Return an istiod by its address and ports, Istio's own where none are written."""
    from laneway.core.live.replicas import IstiodReplica

    host, *ports = written.split(":")
    numbers = [int(port) for port in ports if port.isdecimal()]
    if not host or len(numbers) != len(ports) or len(ports) > 2:
        raise click.BadParameter(f"{written} is no HOST[:GRPC[:DEBUG]]", param_hint="--istiod")
    plain, debug = (*numbers, *(15010, 15014)[len(numbers) :])
    return IstiodReplica(name=written, host=host, plain=plain, debug=debug)
