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

    @property
    def name(self) -> str:
        """What is not read, in words."""
        return f"{self.resource} of the cluster"

    @property
    def opens(self) -> tuple[Literal["isolated", "delivered"], ...]:
        """What a proof cannot tell without it."""
        return ("delivered",) if self.kind in _REFUSING else ("isolated", "delivered")


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
