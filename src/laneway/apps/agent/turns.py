"""One at a time: whoever writes to a cluster holds a Lease meanwhile.

Comes in: a client, and work that writes. Goes out: the work done while nobody else brings the same
Application to the same cluster. Two at once, one of which saw an older commit, would lead requests
to what the other has just taken away. It is held for a run of steps, not for a process's life: who
waits for pods, or has nothing to do, is in nobody's way.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Coroutine
from typing import TypeVar

from msgspec import Struct

from laneway.adapters.kube import Client, Leading

SILENCE = 1.0
"""Seconds after which it is said who is waited for."""

Found = TypeVar("Found")


class Turns(Struct):
    """The Lease of one Application; `say` hears whom one waits for."""

    leading: Leading
    say: Callable[[str], None]

    @property
    def is_mine(self) -> bool:
        """Whether it is held for sure."""
        return self.leading.is_leading

    async def alone(self, work: Callable[[], Coroutine[None, None, Found]]) -> Found:
        """Wait for the Lease and do something; it is begun anew where the Lease was lost."""
        found: list[Found] = []

        async def done() -> None:
            found.append(await work())

        telling = asyncio.create_task(self._tell())
        try:
            await self.leading.run(done)
        finally:
            telling.cancel()
        return found[-1]

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(SILENCE)
            if self.leading.is_leading:
                continue
            if self.leading.problem is not None:
                self.say(f"{self.leading.problem}; its Lease is tried again")
            elif self.leading.holder:
                self.say(f"waits for {self.leading.holder}, who brings something in")


def turns(client: Client, namespace: str, name: str, say: Callable[[str], None]) -> Turns:
    """Return the turns of an Application, for a process that was never there before."""
    identity = f"{socket.gethostname()}_{os.getpid()}_{os.urandom(4).hex()}"
    return Turns(Leading(client, namespace, name, identity), say)
