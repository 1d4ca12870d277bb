"""How much may be wrong with a whole release, and how much of that one judgment may spend.

Comes in: how often all judgments together may err, how many there are (gates, hops of the chain,
stages), and how often counting began anew. Goes out: the evidence that one of them needs. Every
attempt at a stage spends half of what is left to that stage, so no number of restarts comes to
more than the whole. https://en.wikipedia.org/wiki/Boole%27s_inequality
"""

from __future__ import annotations

import math

from msgspec import Struct

FALSE_ALARM = 0.01
"""How often a release is ended though no hop is worse, over all its gates, hops and stages."""

MISSED = 0.05
"""How often some hop that is worse is taken for well."""


class Needed(Struct, frozen=True):
    """The evidence to come to a judgment, as natural logarithms of a stake's growth."""

    more: float
    not_more: float


def needed(judgments: int, attempt: int) -> Needed:
    """Return what one of so many judgments needs, in the first attempt (1) or a later one.

    >>> needed(24, 1).more == math.log(24 * 2 / 0.01)
    True
    """
    share = 0.5**attempt / max(judgments, 1)
    return Needed(-math.log(FALSE_ALARM * share), -math.log(MISSED * share))
