"""Those who look: a ground followed for them, and the events they hear of it.

One visit serves every browser of a user where a console runs as that user. Where several come by a
proxy that says who they are each has a visit of their own, with a ground of their own rights.
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from laneway.apps.console.events import Broadcast
from laneway.apps.console.picture import Picture
from laneway.apps.console.seams import ConsoleGround


class Visit:
    """A ground that is followed, and its listeners."""

    def __init__(self, ground: ConsoleGround, by: str) -> None:
        """Nothing is followed before `run`."""
        self.ground = ground
        self.by = by
        self.broadcast = Broadcast()
        self.picture = Picture()

    async def run(self) -> None:
        """Follow the ground and its traffic until canceled."""
        counting = asyncio.create_task(self._count())
        try:
            await self.ground.run(self._changed)
        finally:
            counting.cancel()
            await asyncio.gather(counting, return_exceptions=True)

    async def _count(self) -> None:
        """Look at the traffic, also while nobody listens: who comes later sees what was.

        Unless others have to be asked for it.
        """
        while True:
            seen, source, pause = self.ground.seen, self.ground.traffic, 1
            if source is not None and (self.broadcast.is_heard or not source.asks_others):
                pause = source.pause
                if seen is not None:
                    await self.picture.look(seen, source, int(time.time()))
                    self.broadcast.tell("traffic", self.picture.event())
            await asyncio.sleep(pause - time.time() % 1)

    def _changed(self) -> None:
        seen = self.ground.seen
        if seen is not None:
            self.broadcast.tell("state", json.dumps({"revision": seen.revision}))


class Entrance(Protocol):
    """Says who comes."""

    async def visit(self, request: Request) -> Visit | None:
        """Return the visit that a request belongs to; None of somebody who may not come in.

        Cookies that the answer is to set are put into `request.state.cookies`. Raises CallRefused
        where there is more to say.
        """

    def enter(self, request: Request) -> Response:
        """Answer somebody who comes by a link."""

    async def run(self, ready: asyncio.Event) -> None:
        """Follow what visits need, until canceled; `ready` is set once somebody may come."""

    def leave(self) -> None:
        """End what everybody hears: the console ends."""
