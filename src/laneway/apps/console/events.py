"""What pages hear while they are open: that something changed, and traffic second by second.

Comes in: words of a ground. Goes out: server-sent events, the newest of each name and no backlog: a
page that was away reads everything again.
https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from sse_starlette import EventSourceResponse, ServerSentEvent


class Broadcast:
    """Tells every listener the newest event of each name."""

    def __init__(self) -> None:
        """Nothing has happened yet."""
        self._newest: dict[str, tuple[int, str]] = {}
        self._count = 0
        self._listeners: set[asyncio.Event] = set()
        self._is_over = False

    def tell(self, name: str, value: str) -> None:
        """Tell an event, as the text that all hear; one of its name not heard yet is forgotten."""
        self._count += 1
        self._newest[name] = self._count, value
        for one in self._listeners:
            one.set()

    def end(self) -> None:
        """End all streams: nothing more is told to anybody."""
        self._is_over = True
        for one in self._listeners:
            one.set()

    @property
    def is_heard(self) -> bool:
        """Whether anybody listens."""
        return bool(self._listeners)

    async def events(self) -> AsyncGenerator[ServerSentEvent]:
        """Yield what is newest of each name, and go on until it is ended."""
        woken = asyncio.Event()
        woken.set()
        self._listeners.add(woken)
        heard = 0
        try:
            while True:
                await woken.wait()
                woken.clear()
                if self._is_over:
                    return
                fresh = sorted(
                    (number, name, value)
                    for name, (number, value) in self._newest.items()
                    if number > heard
                )
                for number, name, value in fresh:
                    heard = number
                    yield ServerSentEvent(value, event=name)
        finally:
            self._listeners.discard(woken)

    def answer(self) -> EventSourceResponse:
        """Return the answer to a page that listens."""
        return EventSourceResponse(self.events(), headers={"cache-control": "no-store"})
