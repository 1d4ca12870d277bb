"""The last seconds of a log's counts, as a sum that goes on.

Comes in: the bins of one look after another. Goes out: the counts of all looks within the window.
What a look adds is added and what has become too old is taken away, so that a second costs what
went on in it, however long the window.
"""

from __future__ import annotations

from collections import deque

from laneway.core.views.traffic.counts import CountedAnswers, Counts, Passing
from laneway.core.views.traffic.logged import Bins, tally


class CountWindow:
    """Looks of the last seconds, added up."""

    def __init__(self, seconds: float) -> None:
        """Begin with none."""
        self._seconds = seconds
        self._looks: deque[tuple[float, Bins]] = deque()
        self._sums: Bins = {}
        self._tallies: dict[Passing, CountedAnswers] = {}

    def clear(self) -> None:
        """Forget every look."""
        self._looks.clear()
        self._sums.clear()
        self._tallies.clear()

    def add(self, now: float, bins: Bins) -> Counts:
        """Take what was counted up to a time in seconds, and return the counts of the window."""
        self._looks.append((now, bins))
        touched = set(bins)
        for passing, fresh in bins.items():
            sums = self._sums.get(passing)
            self._sums[passing] = [*fresh] if sums is None else _summed(sums, fresh, 1)
        while self._looks[0][0] <= now - self._seconds:
            touched |= self._take_away(self._looks.popleft()[1])
        for passing in touched:
            if passing in self._sums:
                self._tallies[passing] = tally(self._sums[passing])
            else:
                self._tallies.pop(passing, None)
        return self._tallies.copy()

    def _take_away(self, old: Bins) -> set[Passing]:
        for passing, bins in old.items():
            left = _summed(self._sums[passing], bins, -1)
            if any(left):
                self._sums[passing] = left
            else:
                del self._sums[passing]
        return set(old)


def _summed(one: list[int], other: list[int], sign: int) -> list[int]:
    return [a + sign * b for a, b in zip(one, other, strict=True)]
