"""How far chance may take a share from its weight.

Comes in: a number of draws and a probability. Goes out: the least and the most hits that are still
chance. The bounds are exact (binomial), since normal ones are wrong for the small numbers and
shares of a quick check.
"""

from __future__ import annotations

import math

ONCE_IN = 10_000
"""How many runs it takes, on average, until chance alone leaves the bounds once."""


def bounds(draws: int, probability: float, once_in: int = ONCE_IN) -> tuple[int, int]:
    """Return the least and the most hits; outside of them chance lies once in so many runs.

    >>> bounds(100, 0.5), bounds(100, 0.0), bounds(100, 1.0), bounds(0, 0.5)
    ((31, 69), (0, 0), (100, 100), (0, 0))
    """
    if probability <= 0 or draws == 0:
        return 0, 0
    if probability >= 1:
        return draws, draws
    tail = 1 / once_in / 2
    low = _first(draws, probability, tail)
    return low, draws - _first(draws, 1 - probability, tail)


def _first(draws: int, probability: float, tail: float) -> int:
    """Return the least number of hits that is not in the lower tail."""
    mass = 0.0
    for hits in range(draws + 1):
        mass += math.exp(_log_chance(draws, hits, probability))
        if mass > tail:
            return hits
    return draws


def _log_chance(draws: int, hits: int, probability: float) -> float:
    ways = math.lgamma(draws + 1) - math.lgamma(hits + 1) - math.lgamma(draws - hits + 1)
    return ways + hits * math.log(probability) + (draws - hits) * math.log1p(-probability)
