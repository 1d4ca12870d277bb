"""What the loop asks of the proxies.

Only the shape: `proxies` fills it with real Envoy, tests with a fake.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from laneway.core.emit.placement import Placement
from laneway.core.gate import Revision


class ProxyError(Exception):
    """The proxies cannot run, or did not take a configuration; the text says why."""


class Confirmed(Struct, frozen=True):
    """A change that is live: in how many proxies, and seconds from its begin until it was.

    `cut_off` counts requests that had not ended when what they used was removed.
    """

    proxies: int
    seconds: float
    cut_off: int = 0


class Ailing(Struct, frozen=True):
    """A service's pods in a lane of which not all are well, so that others may answer for it."""

    host: str
    lane: str
    well: int
    all: int


class Proxies(Protocol):
    """All proxies of a mesh."""

    async def apply(self, revision: Revision, placement: Placement) -> Confirmed:
        """Bring a configuration live in safe order; the first one starts the proxies.

        When it returns, nothing is sent any more to replicas that the placement leaves out, and
        what had been sent to them is answered. Raises ProxyError, and then what was live stays.
        """

    async def until_well(self, seconds: float) -> tuple[Ailing, ...]:
        """Wait until requests go to all pods that are asked whether they are well.

        Returns which are not after so many seconds.
        """

    async def watch(self, told: Callable[[str], None]) -> None:
        """Start proxies again that end by themselves and tell of it, until cancelled."""

    async def down(self) -> None:
        """End all proxies."""
