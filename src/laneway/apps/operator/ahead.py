"""The strides of a change, each with observers that begin before it is written.

Comes in: strides, and who says what is live. Goes out: watchings. While a stride is on its way,
observers of the next one join already, so that nothing waits for them; those that would not tell
the same as who joins later are let go, and others join when it is time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from laneway.apps.operator.seams import Confirming, StepWatching
from laneway.core.compile import Compilation
from laneway.core.keeping.change import Stride
from laneway.core.keeping.confirmed import all_but
from laneway.core.live.liveness import Liveness

_Joined = tuple[AsyncExitStack, StepWatching | None]
"""Who joined ahead, if anybody did, and how they leave."""


class WatchedStrides:
    """Strides to be gone one after the other; `next` is the one whose turn it is."""

    def __init__(
        self, strides: Iterator[Stride], confirming: Confirming, compilation: Compilation
    ) -> None:
        self._strides, self._confirming, self._compilation = strides, confirming, compilation
        self.next = next(strides, None)
        self.joining: asyncio.Task[_Joined] | None = None

    @asynccontextmanager
    async def watching(self, stride: Stride, live: Liveness | None) -> AsyncIterator[StepWatching]:
        """Watch for a stride that is about to be written; `live` is what is known of those before.

        Who joined ahead was to look for all proxies, and stays where all had the stride before.
        """
        async with AsyncExitStack() as left:
            watching = await self._early(left, live)
            if watching is None:
                observing = self._confirming.observing(stride, self._compilation, all_but(live))
                watching = await left.enter_async_context(observing)
            yield watching

    async def _early(self, left: AsyncExitStack, live: Liveness | None) -> StepWatching | None:
        """Return who joined ahead, where that is right by now; if not, they have left."""
        if self.joining is None:
            return None
        (joined, watching), self.joining = await self.joining, None
        left.push_async_callback(joined.aclose)
        if live is not None and live.is_live and watching is not None and watching.stands:
            return watching
        await left.aclose()
        return None

    def written(self, watching: StepWatching, live: Liveness | None) -> None:
        """Take the stride for written, and have observers of the next one join.

        None do where they would not stay, as somebody lacks one of those before, nor where requests
        in flight are let out first: that takes longer than joining.
        """
        self.next = stride = next(self._strides, None)
        would_stay = live is None or live.is_live
        if stride is not None and not stride.drain and would_stay:
            self.joining = asyncio.create_task(self._joined(stride, watching))

    async def _joined(self, stride: Stride, beside: StepWatching) -> _Joined:
        left = AsyncExitStack()
        ahead = self._confirming.ahead(stride, self._compilation, beside)
        return left, await left.enter_async_context(ahead)

    async def leave(self) -> None:
        """Let go of whoever joined for a stride that is not written."""
        if self.joining is not None:
            self.joining.cancel()
            with suppress(asyncio.CancelledError):
                left, _ = await self.joining
                await left.aclose()
