"""Starts a console for many, behind a proxy that authenticates them.

Comes in: where the API server is, and how pages are reached. Goes out: an exit code. It has no
rights of its own: whatever is read or written is so with the credentials of who asks for it.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from functools import partial

import click
from msgspec import Struct

from laneway.adapters.kube import Access, Client
from laneway.adapters.kube.access import as_bearer
from laneway.adapters.metrics import MetricsServer
from laneway.apps.console.app import Console
from laneway.apps.console.audit import Audit
from laneway.apps.console.by_proxy import ByProxy
from laneway.apps.console.editing.cluster import MANAGER
from laneway.apps.console.grounds.cluster import UserClusterGround
from laneway.apps.console.on_cluster import BOUND
from laneway.apps.console.run import CALLS
from laneway.apps.console.serving import listening, serve
from laneway.apps.console.sessions import SessionBounds, Sessions
from laneway.apps.terminal.exit_codes import FINE


class ProxiedOptions(Struct, frozen=True):
    """Where it listens, by which origin browsers know it, and how much it holds."""

    host: str
    port: int
    origin: str
    namespaces: tuple[str, ...] = ()
    bounds: SessionBounds = SessionBounds()
    read_only: bool = False
    version: str = ""
    metrics: MetricsServer | None = None


def run_proxied(way: Access, options: ProxiedOptions) -> int:
    """Serve until told to end. Raises OSError where the address is taken."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(message)s")
    at = listening(options.host, options.port, None)

    async def main() -> None:
        ground = partial(UserClusterGround, way.authority, metrics=options.metrics, is_inside=True)
        client = partial(client_of, way)
        sessions = Sessions(ground, client, options.namespaces, options.bounds)
        door = ByProxy(sessions, options.origin)
        audit = Audit(sys.stdout)
        app = Console(
            door, CALLS, (options.origin,), audit, options.version, options.read_only
        ).app()
        words = f"Serving {options.origin} at {options.host}:{at.getsockname()[1]}"
        await serve(app, door, at, lambda: click.echo(words, err=True))

    asyncio.run(main())
    return FINE


def client_of(way: Access, authorization: str) -> Client:
    """Return a client of a visitor."""
    return Client(as_bearer(way, authorization), bound=BOUND, manager=MANAGER)
