"""Files as a ground: what is written, and what would come of it.

Comes in: a reader of paths. Goes out: a state after each edit. Nothing runs here, so nothing is
live and no gateway has an address.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing

from laneway.adapters.files import Reader
from laneway.adapters.files.watch import follow
from laneway.apps.console.editing.delivery import WRITTEN, EditDelivery
from laneway.apps.console.seams import (
    About,
    Changed,
    EditingWay,
    RepositoryFollowed,
    Sender,
    ShownState,
)
from laneway.core.compile import Compilation, compile_snapshot


class FilesGround:
    """What paths hold."""

    def __init__(self, reader: Reader, delivery: EditDelivery = WRITTEN) -> None:
        """Nothing is read before `run`. Raises GitError where edits cannot be delivered so."""
        self.about = About("files", " ".join(reader.paths), reader.paths)
        self.seen: ShownState | None = None
        self.way: EditingWay | None = delivery.of_paths(reader)
        self.why_no_way = ""
        self.followed: RepositoryFollowed | None = None
        self.sender: Sender | None = None
        self._reader = reader

    @property
    def traffic(self) -> None:
        """Nobody: nothing runs."""

    async def run(self, changed: Changed) -> None:
        """Read now, and after every edit."""
        before: Compilation | None = None
        async with aclosing(follow(self._reader)) as snapshots:
            async for snapshot in snapshots:
                before = await asyncio.to_thread(compile_snapshot, snapshot, before)
                revision = self.seen.revision + 1 if self.seen else 1
                self.seen = ShownState(revision, before)
                changed()
