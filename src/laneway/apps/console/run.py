"""Starts a console on a ground: its keys, its address, the link that is printed once.

Comes in: a ground and options. Goes out: an exit code. What it prints is the link alone; all else
goes to standard error.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import socket
from pathlib import Path
from urllib.parse import urlsplit

import click
from msgspec import Struct

from laneway.apps.console.api.explain import CALLS as EXPLAIN
from laneway.apps.console.api.forms import CALLS as FORMS
from laneway.apps.console.api.injection import CALLS as INJECTION
from laneway.apps.console.api.lanes import CALLS as LANES
from laneway.apps.console.api.objects import CALLS as OBJECTS
from laneway.apps.console.api.overview import CALLS as OVERVIEW
from laneway.apps.console.api.proof import CALLS as PROOF
from laneway.apps.console.api.releases import CALLS as RELEASES
from laneway.apps.console.api.sending import CALLS as SENDING
from laneway.apps.console.api.syncing import CALLS as SYNCING
from laneway.apps.console.api.topology import CALLS as TOPOLOGY
from laneway.apps.console.app import Console
from laneway.apps.console.audit import Audit
from laneway.apps.console.by_link import ByLink
from laneway.apps.console.keys import Keys
from laneway.apps.console.seams import About, ConsoleGround
from laneway.apps.console.serving import listening, serve
from laneway.apps.console.visits import Visit
from laneway.apps.local.record.state import state_home
from laneway.apps.terminal.exit_codes import FINE

CALLS = (
    *OVERVIEW,
    *LANES,
    *FORMS,
    *EXPLAIN,
    *SENDING,
    *TOPOLOGY,
    *PROOF,
    *OBJECTS,
    *INJECTION,
    *SYNCING,
    *RELEASES,
)
LOOPBACK = ("127.0.0.1", "::1", "localhost")
_ANSWERS_WITHIN = 5.0
"""Seconds; it is on this machine."""
_LONGEST = 100
"""Letters of a folder's name; what is longer is known by its digest."""


class ConsoleOptions(Struct, frozen=True):
    """How a console is served. Without a `port` it is the usual one or the next that is free."""

    host: str = "127.0.0.1"
    port: int | None = None
    read_only: bool = False
    version: str = ""


def keys_of(about: About) -> Keys:
    """Return the keys of the console of a ground; those of the same ground are the same.

    Files are the same however their paths are spelled, and `.` of two folders is not.
    """
    is_files = about.kind == "files"
    stands_on = " ".join(map(os.path.abspath, about.paths)) if is_files else about.name
    name = f"{about.kind}-{stands_on}".replace("/", "%")
    if len(name) > _LONGEST:
        name = f"{about.kind}-{hashlib.sha256(name.encode()).hexdigest()}"
    return Keys(state_home(os.environ).parent / "laneway-console" / name)


def run(ground: ConsoleGround, options: ConsoleOptions) -> int:
    """Serve until told to end. Raises OSError where the address is taken."""
    keys = keys_of(ground.about)
    at = listening(options.host, options.port, keys.port_before)
    origins = _origins(options.host, at.getsockname()[1])
    link = keys.new_link()
    keys.sweep()
    keys.serves(origins[0])
    door = ByLink(keys, Visit(ground, os.environ.get("USER", "the user who started it")))
    with _audit_file(keys.folder).open("a", encoding="utf-8") as lines:
        app = Console(door, CALLS, origins, Audit(lines), options.version, options.read_only).app()

        def ready() -> None:
            click.echo(_link(origins[0], link))
            click.echo("The link opens once, within ten minutes; Ctrl-C ends.", err=True)

        asyncio.run(serve(app, door, at, ready))
    return FINE


def new_link(about: About) -> str:
    """Return a new link to the console of a ground. Raises OSError where none runs."""
    keys = keys_of(about)
    try:
        origin = keys.served_at
        at = urlsplit(origin)
        socket.create_connection((at.hostname or "", at.port or 0), _ANSWERS_WITHIN).close()
    except OSError as error:
        why = f"no console of {about.name} runs, so there is nothing to link to"
        raise OSError(f"{why}; the same command without --link starts one") from error
    return _link(origin, keys.new_link())


def _link(origin: str, token: str) -> str:
    return f"{origin}/enter?token={token}"


def _origins(host: str, port: int) -> tuple[str, ...]:
    """Return where pages come from. Loopback has several names."""
    names = [host, *(one for one in LOOPBACK if host in LOOPBACK and one != host)]
    return tuple(f"http://{f'[{one}]' if ':' in one else one}:{port}" for one in names)


def _audit_file(folder: Path) -> Path:
    return folder / "audit.jsonl"
