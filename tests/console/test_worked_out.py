"""What a page asks for is worked out once for each state, however many ask at a time."""

from __future__ import annotations

import asyncio
import threading

import pytest

from laneway.apps.console.api.calls import CallAsked
from laneway.apps.console.picture import Picture
from laneway.apps.console.seams import ShownState
from laneway.core.mesh.snapshot import Snapshot
from tests.console.serving import StillGround


def test_who_asks_while_it_is_worked_out_waits_for_the_same() -> None:
    begun: list[int] = []
    is_begun, goes_on = threading.Event(), threading.Event()

    def work(seen: ShownState) -> int:
        begun.append(seen.revision)
        is_begun.set()
        goes_on.wait()
        return len(begun)

    async def ask() -> list[int]:
        asked = _asked()
        gone = asyncio.create_task(asked.of_seen("cost", work))
        others = [asyncio.create_task(asked.of_seen("cost", work)) for _ in range(3)]
        await asyncio.to_thread(is_begun.wait)
        gone.cancel()  # its page was loaded again
        goes_on.set()
        return [*await asyncio.gather(*others), await asked.of_seen("cost", work)]

    assert asyncio.run(ask()) == [1, 1, 1, 1]
    assert begun == [1]


def test_what_failed_is_tried_again() -> None:
    tries: list[int] = []

    def work(seen: ShownState) -> str:
        tries.append(seen.revision)
        if len(tries) == 1:
            raise OSError("it was away")
        return "there"

    async def ask() -> str:
        asked = _asked()
        with pytest.raises(OSError, match="away"):
            await asked.of_seen("cost", work)
        return await asked.of_seen("cost", work)

    assert asyncio.run(ask()) == "there"


def _asked() -> CallAsked:
    return CallAsked(StillGround(Snapshot()), Picture(), {})
