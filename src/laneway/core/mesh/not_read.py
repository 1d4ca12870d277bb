"""Kinds of a cluster of which nobody here knows what there is, and what that leaves open.

Comes in: the name of a kind, and why its objects were not read. Goes out: findings, and which
properties of a proof stay open. What is not read is not missing: without the kinds that lanes are
made of nothing can be said of any group, without the others something of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Literal

from msgspec import Struct

from laneway.core.findings.codes.cluster import LANES_NOT_READ, ROUTING_NOT_READ
from laneway.core.findings.finding import Finding, unplaced

ESSENTIAL = frozenset({"ASMSwimLaneGroup", "ASMSwimLane", "Service"})
"""Kinds without which no group can be resolved."""
_REFUSING = frozenset({"AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication"})
"""Kinds that may refuse a request, and never lead it elsewhere."""


class NotRead(Struct, frozen=True):
    """A kind that was not read, by its plural name and API group, and why not."""

    kind: str
    resource: str
    why: str
    only: tuple[str, ...] = ()
    """The namespaces of which it was read all the same."""

    @property
    def name(self) -> str:
        """What is not read, in words."""
        return f"{self.resource} of the cluster"

    @property
    def opens(self) -> tuple[Literal["isolated", "delivered"], ...]:
        """What a proof cannot tell without it."""
        return ("delivered",) if self.kind in _REFUSING else ("isolated", "delivered")


def why_held(unread: Iterable[str]) -> str:
    """Return why a group is held while that is not read."""
    files = ", ".join(unread)
    return f"what {files} holds is not known in full, so objects of the group may be missing"


def out_of_sight(unread: Collection[str], not_read: Iterable[NotRead]) -> tuple[NotRead, ...]:
    """Return the kinds for which groups are held of which somebody may see a part alone.

    Nothing is returned where more is missing than that: then nobody knows what is not read.
    """
    essential = tuple(one for one in not_read if one.kind in ESSENTIAL)
    is_all = {one.name for one in essential} == set(unread)
    return essential if is_all and all(one.only for one in essential) else ()


def own_reasons(
    held: Iterable[str], unread: Collection[str], not_read: Iterable[NotRead]
) -> tuple[str, ...]:
    """Return why a group is held, but for what is merely out of somebody's sight."""
    by_sight = why_held(unread) if out_of_sight(unread, not_read) else ""
    return tuple(why for why in held if why != by_sight)


def not_essential(not_read: Iterable[NotRead]) -> Iterator[NotRead]:
    """Yield the kinds without which lanes can be resolved, but not judged in full."""
    return (one for one in not_read if one.kind not in ESSENTIAL)


def findings_of(not_read: Collection[NotRead]) -> Iterator[Finding]:
    """Yield a finding for all that is not read for one reason."""
    for code, is_essential in ((LANES_NOT_READ, True), (ROUTING_NOT_READ, False)):
        some = (one for one in not_read if (one.kind in ESSENTIAL) == is_essential)
        for why, names in by_reason(some).items():
            yield unplaced(code, kinds=", ".join(names), why=why)


def by_reason(not_read: Iterable[NotRead]) -> dict[str, list[str]]:
    """Return the names of the kinds that are not read, by the reason."""
    found: dict[str, list[str]] = {}
    for one in sorted(not_read, key=lambda one: one.resource):
        found.setdefault(one.why, []).append(one.resource)
    return found
