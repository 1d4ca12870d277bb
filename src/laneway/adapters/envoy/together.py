"""What is done to many proxies: in which order, and at once.

Comes in: proxies by name. Goes out: groups of them, one after the other. Apart from the fleet,
which says when something is done to whom.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Mapping

from laneway.adapters.envoy.proxy import Proxy
from laneway.core.emit.envoy.config import OUTER_PROXY


def outside_first(proxies: Mapping[str, Proxy]) -> tuple[list[Proxy], list[Proxy]]:
    """Return the proxy before a private network, if it is one of these, and the others.

    It closes first and opens last: whoever it lets in finds a gateway.
    """
    outside = [proxy for name, proxy in proxies.items() if name == OUTER_PROXY]
    return outside, [proxy for name, proxy in proxies.items() if name != OUTER_PROXY]


async def together(verbs: Iterable[Awaitable[None]]) -> None:
    """Do the same for many proxies at once; the first failure is raised once all are done."""
    done = await asyncio.gather(*verbs, return_exceptions=True)
    for result in done:
        if isinstance(result, BaseException):
            raise result
