"""`laneway console --proxied`: a console for many, behind a proxy that knows who they are."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import click
from msgspec import Struct

from laneway.apps.cli.clusters import CannotAskClusterError, chosen, sentence
from laneway.apps.cli.console_options import metrics_server

_CHOICE = "laneway.console.proxied"
DEFAULT_ADDRESS = "127.0.0.1:8420"


class ProxiedChoice(Struct):
    """What was said of it."""

    proxied: bool = False
    public_origin: str = ""
    address: str = DEFAULT_ADDRESS
    visitors: int = 20


def proxied_chosen() -> ProxiedChoice:
    """Return what was said to the command that runs."""
    found: ProxiedChoice = click.get_current_context().meta.setdefault(_CHOICE, ProxiedChoice())
    return found


def _note(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    setattr(ctx.meta.setdefault(_CHOICE, ProxiedChoice()), param.name or "", value)


def proxied_options() -> list[click.Parameter]:
    """Return the options, which wait beside the command."""
    more: dict[str, Any] = {"expose_value": False, "callback": _note}
    return [
        click.Option(
            ["--proxied"],
            is_flag=True,
            help="Serve many, behind a proxy that sends `Authorization: Bearer …` for each.",
            **more,
        ),
        click.Option(
            ["--public-origin"],
            metavar="URL",
            default="",
            help="With --proxied: where browsers reach it, as https://console.example.com.",
            **more,
        ),
        click.Option(
            ["--address"],
            metavar="HOST:PORT",
            default=DEFAULT_ADDRESS,
            show_default=True,
            help="With --proxied: where it listens.",
            **more,
        ),
        click.Option(
            ["--visitors"],
            type=click.IntRange(1, 1000),
            default=20,
            show_default=True,
            help="With --proxied: how many may look at a time.",
            **more,
        ),
    ]


def serve_many(*, read_only: bool) -> int:
    """Serve until told to end. Raises UsageError, CannotAskClusterError."""
    from laneway.adapters.kube import KubeError
    from laneway.adapters.kube.access import without_user
    from laneway.apps.cli.version import version
    from laneway.apps.console.proxied import ProxiedOptions, run_proxied
    from laneway.apps.console.sessions import SessionBounds

    said = proxied_chosen()
    host, port = _address(said.address)
    options = ProxiedOptions(
        host,
        port,
        origin_of(said.public_origin),
        chosen().namespaces,
        SessionBounds(sessions=said.visitors),
        read_only,
        version(),
        metrics_server(),
    )
    try:
        return run_proxied(without_user(chosen().kubeconfig, chosen().context), options)
    except KubeError as error:
        raise CannotAskClusterError(sentence(error)) from error


def origin_of(text: str) -> str:
    """Return an origin as browsers spell it.

    >>> origin_of("https://Console.example.com:443/")
    'https://console.example.com'
    """
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    is_bare = parts.path in ("", "/") and not parts.query and parts.username is None
    if parts.scheme not in ("http", "https") or not parts.hostname or not is_bare:
        raise click.UsageError("--proxied needs --public-origin, as https://console.example.com.")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}{'' if port in (None, usual) else f':{port}'}"


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise click.UsageError(f"--address {text} is no HOST:PORT.")
    return host.strip("[]"), int(port)
