"""Who is there: the proxies that may hold something, and the istiods that can be asked.

Comes in: proxies and istiods. Goes out: an Audience, to be held against that of an earlier look. It
is apart because an answer about nobody says nothing of those who come later: istiod sends them all
that is there, and no write asks about them.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.live.proxies import ExpectedProxy
from laneway.core.live.replicas import IstiodReplica


class Audience(Struct, frozen=True):
    """Proxies without their names, so that a pod in the place of another is nobody new; istiods."""

    proxies: frozenset[ExpectedProxy] = frozenset()
    istiods: frozenset[IstiodReplica] = frozenset()


NOBODY = Audience()


def audience(proxies: Iterable[ExpectedProxy], istiods: Iterable[IstiodReplica]) -> Audience:
    """Gather who is there."""
    return Audience(frozenset(replace(one, name="") for one in proxies), frozenset(istiods))
