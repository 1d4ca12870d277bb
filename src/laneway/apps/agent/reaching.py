"""Whether the servers of a sync are there, told soon: nobody waits in silence for one that is dead.

Comes in: the way to a cluster, and what is asked. Goes out: a finding where no server answers, and
a line about what is waited for. Later questions are put again for longer: a server that was there
comes back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TypeVar

from laneway.adapters.kube import Access, Client, Forbidden, Invalid, NotFound, Unavailable
from laneway.core.findings.codes.syncing import CLUSTER_NOT_REACHED
from laneway.core.findings.finding import Finding, unplaced

REACH = 5.0
"""Seconds in which a server has to have answered the smallest question."""

SILENCE = 1.0
"""Seconds after which it is said what is waited for."""

Found = TypeVar("Found")


async def unreached(access: Access, say: Callable[[str], None]) -> Finding | None:
    """Return why nobody answers at an address; None where somebody does. Raises NoAccess."""
    try:
        asking = f"asking the cluster at {access.authority}, {access.origin}"
        await spoken_of(asking, _greeted(access), say)
    except (Unavailable, TimeoutError) as error:
        late = f"{access.origin} gives no answer in {REACH:g} seconds"
        words = {"server": access.authority, "reason": str(error) or late}
        return unplaced(CLUSTER_NOT_REACHED, **words)
    except (Forbidden, Invalid, NotFound):
        pass  # it is there: what it lets be done is seen when that is asked
    return None


async def _greeted(access: Access) -> None:
    async with Client(access, bound=REACH) as client, asyncio.timeout(REACH):
        await client.greet()


async def spoken_of(
    words: str, asked: Coroutine[None, None, Found], say: Callable[[str], None]
) -> Found:
    """Return what comes of something; say what is waited for if that takes a while."""
    task = asyncio.ensure_future(asked)
    try:
        await asyncio.wait((task,), timeout=SILENCE)
        if not task.done():
            say(words)
        return await task
    finally:
        task.cancel()
