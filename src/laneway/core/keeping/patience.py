"""Who is left alone for a while after something failed: twice as long each time.

Comes in: failures and successes, with the time. Goes out: what stands in the way of which group,
and when it is tried again. So what cannot be written is no storm of requests, and one group's
trouble is no other's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from laneway.core.keeping.conditions import Trouble

FIRST, LONGEST = 1.0, 60.0
"""Seconds until the first try, and until the last ones."""


class _Left(Struct, frozen=True):
    trouble: Trouble
    until: float
    pause: float


class Patience(Struct):
    """What failed lately, by group."""

    _left: dict[str, _Left] = field(default_factory=dict)
    times: int = 0
    """How often something failed."""

    def failed(self, group: str, trouble: Trouble, now: float, least: float = FIRST) -> None:
        """Take note of a failure; it is not tried again before `least` seconds."""
        before = self._left.get(group)
        if before is None:
            self._left[group] = _Left(trouble, now + least, least)
        elif before.until <= now:
            pause = max(least, min(LONGEST, before.pause * 2))
            self._left[group] = _Left(trouble, now + pause, pause)
        else:  # of the same try
            self._left[group] = _Left(trouble, max(before.until, now + least), before.pause)
        self.times += 1

    def succeeded(self, groups: Iterable[str]) -> None:
        """Forget what failed of some groups."""
        for group in groups:
            self._left.pop(group, None)

    def keep(self, groups: Iterable[str]) -> None:
        """Forget all groups but these."""
        known = set(groups)
        self._left = {name: left for name, left in self._left.items() if name in known}

    @property
    def troubles(self) -> Mapping[str, Trouble]:
        """What stands in the way of each group, until it has been tried with success."""
        return {name: left.trouble for name, left in self._left.items()}

    def waiting(self, now: float) -> frozenset[str]:
        """Return the groups that are not tried yet."""
        return frozenset(name for name, left in self._left.items() if left.until > now)

    def wake_at(self, now: float) -> float | None:
        """Return when the next group is tried again."""
        return min((left.until for left in self._left.values() if left.until > now), default=None)
