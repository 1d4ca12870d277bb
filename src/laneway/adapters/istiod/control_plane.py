"""The istiods of a cluster, and the one way to have a step observed.

Comes in: which replicas there are, as often as that changes. Goes out: observations. Connections
are made for an observation and end with it: between changes nothing here speaks to istiod.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from laneway.adapters.istiod.credentials import IstiodCredentials
from laneway.adapters.istiod.links import Links
from laneway.adapters.istiod.observation import Observation, observing
from laneway.core.live.replicas import IstiodReplica
from laneway.core.live.watching import Watching


class ControlPlane:
    """All istiods, of every revision; `replicas` is what is known of them now."""

    def __init__(
        self, credentials: IstiodCredentials, replicas: tuple[IstiodReplica, ...] = ()
    ) -> None:
        self.credentials, self.replicas = credentials, replicas

        self._closed: set[str] = set()

    @property
    def seat(self) -> str:
        """The namespace in whose name observers have to join; empty where any will do.

        That is the token's own where an istiod has no port without TLS, or was found to have none
        that is open: a network policy may keep one from it.
        """
        closed = any(not one.plain or one.name in self._closed for one in self.replicas)
        return self.credentials.namespace() if closed else ""

    @asynccontextmanager
    async def observing(self, watching: Watching) -> AsyncIterator[Observation]:
        """Join all istiods for one step, before it is written. Never raises because of istiod."""
        links = [Links(one, self.credentials) for one in self.replicas]
        try:
            async with observing(watching, links) as observation:
                yield observation
        finally:
            for one in links:
                await one.close()
            self._closed = {one.replica.name for one in links if one.is_closed} | {
                name for name in self._closed if name in {one.name for one in self.replicas}
            }
