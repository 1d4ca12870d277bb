"""A console in this process: its application is asked without a network."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from io import StringIO
from pathlib import Path

import httpx
from msgspec import Struct, field

from laneway.apps.console.api.calls import ApiCall
from laneway.apps.console.app import Console
from laneway.apps.console.audit import Audit
from laneway.apps.console.by_link import ByLink
from laneway.apps.console.keys import Keys
from laneway.apps.console.seams import (
    About,
    ConsoleGround,
    EditingWay,
    RepositoryFollowed,
    Sender,
    ShownState,
)
from laneway.apps.console.visits import Visit
from laneway.core.compile import compile_snapshot
from laneway.core.mesh.snapshot import Snapshot

ORIGIN = "http://127.0.0.1:8420"


class StillGround:
    """A ground on which nothing happens."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.about = About("files", "still")
        self.seen: ShownState | None = ShownState(1, compile_snapshot(snapshot))
        self.traffic = None
        self.way: EditingWay | None = None
        self.why_no_way = "it is still"
        self.followed: RepositoryFollowed | None = None
        self.sender: Sender | None = None

    async def run(self, changed: Callable[[], None]) -> None:
        changed()
        await asyncio.Event().wait()


class ServedConsole(Struct):
    """A console and one browser of it, which has come in by a link."""

    keys: Keys
    client: httpx.AsyncClient
    audit: StringIO
    visit: Visit
    door: ByLink
    headers: dict[str, str] = field(default_factory=lambda: {"origin": ORIGIN})

    async def come_in(self) -> httpx.Response:
        """Come in by a new link."""
        return await self.client.get("/enter", params={"token": self.keys.new_link()})


def console(
    tmp_path: Path,
    calls: Sequence[ApiCall],
    snapshot: Snapshot | None = None,
    *,
    read_only: bool = False,
    ground: ConsoleGround | None = None,
) -> ServedConsole:
    """Return a console that stands on a snapshot, or on another ground."""
    keys, audit = Keys(tmp_path / "keys"), StringIO()
    visit = Visit(ground or StillGround(snapshot or Snapshot()), "somebody")
    door = ByLink(keys, visit)
    app = Console(door, calls, (ORIGIN,), Audit(audit), "1.2.3", read_only).app()
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN)
    return ServedConsole(keys, client, audit, visit, door)
