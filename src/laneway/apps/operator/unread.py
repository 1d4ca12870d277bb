"""Says which kinds of a cluster cannot be read, and what that means.

Comes in: caches. Goes out: a line in the log for each that cannot be read for a while, and for
each that can again. A watch that ends and begins anew is not worth a word.
"""

from __future__ import annotations

import asyncio
import logging

from laneway.apps.operator.caches import Caches, KindName

LOG = logging.getLogger("laneway.operator")
LOOK = 10.0
"""Seconds between two looks; what cannot be read at two of them is told."""


async def tell_unread(caches: Caches) -> None:
    """Tell it until cancelled."""
    before: frozenset[KindName] = frozenset()
    told: frozenset[KindName] = frozenset()
    while True:
        await asyncio.sleep(LOOK)
        unread = caches.unread
        lasting = frozenset(unread) & before
        before = frozenset(unread)
        for name in sorted(lasting - told):
            LOG.warning("%s; %s", unread[name], _meaning(caches, name))
        for name in sorted(told - before):
            LOG.info("%s can be read again", _words(name))
        told = lasting | (told & before)


def _words(name: KindName) -> str:
    return ".".join(reversed(name)).rstrip(".")


def _meaning(caches: Caches, name: KindName) -> str:
    if caches.followed[name].is_synced:
        return f"{_words(name)} counts as it was read last"
    if caches.is_known(name):
        return f"{_words(name)} counts as unknown"
    return "nothing is written before it can be read"
