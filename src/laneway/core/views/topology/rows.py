"""Rows for things that stand below each other and want to stand beside others.

Comes in: where each of a column would best stand, in the order in which they have to stand. Goes
out: rows at least one apart, as near to the wishes as can be (the mean of the squares of what they
miss is least: isotonic regression by pooling neighbors that are too near).
"""

from __future__ import annotations

from collections.abc import Sequence


def settled(wanted: Sequence[float], rows: float) -> list[float]:
    """Return rows from 0 to below `rows`, of which there are enough.

    >>> settled([3.0, 1.0, 2.0], 5)
    [1.0, 2.0, 3.0]
    >>> settled([9.0, 9.0], 4)
    [2, 3]
    """
    pools: list[tuple[float, int]] = []
    for place, wish in enumerate(wanted):
        total, count = wish - place, 1
        while pools and pools[-1][0] / pools[-1][1] > total / count:
            before, many = pools.pop()
            total, count = total + before, count + many
        pools.append((total, count))
    means = [total / count for total, count in pools for _ in range(count)]
    room = max(0.0, rows - len(wanted))
    return [min(max(mean, 0.0), room) + place for place, mean in enumerate(means)]
