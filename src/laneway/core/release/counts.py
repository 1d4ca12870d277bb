"""What pods have counted, and what of it fell into one stretch of time.

Comes in: totals of pods at two moments. Goes out: what a gate compares. A total that fell belongs
to a pod that began anew, and all of what it says is new; rates that a metrics system works out
would hide that and interpolate.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from msgspec import Struct

from laneway.core.release.evidence import Answered, Stretch
from laneway.core.resources.releases.plan import Compared, ErrorGate, LatencyGate

ALL = math.inf
"""The edge below which every answer is."""


class Totals(Struct, frozen=True):
    """What was counted since a beginning: answers, those of status 5xx, and by time taken.

    `within` has for each edge in milliseconds the answers that took no longer, in whole at `ALL`.
    """

    answers: int = 0
    errors: int = 0
    within: Mapping[float, int] = {}


Pods = Mapping[str, Totals]
Sample = Mapping[tuple[str, str], Pods]
"""By hop and lane the totals of pods, by name."""


def grown(before: Pods, after: Pods) -> Totals:
    """Return what pods counted between two moments; one that was not there then began since."""
    parts = [_grown(before.get(pod, Totals()), now) for pod, now in after.items()]
    edges = {edge for part in parts for edge in part.within}
    return Totals(
        sum(part.answers for part in parts),
        sum(part.errors for part in parts),
        {edge: sum(part.within.get(edge, 0) for part in parts) for edge in edges},
    )


def _grown(before: Totals, after: Totals) -> Totals:
    then = [before.answers, before.errors, *(before.within.get(one, 0) for one in after.within)]
    now = [after.answers, after.errors, *after.within.values()]
    if any(one > other for one, other in zip(then, now, strict=True)):
        return after
    within = {edge: count - before.within.get(edge, 0) for edge, count in after.within.items()}
    return Totals(after.answers - before.answers, after.errors - before.errors, within)


def compared(gate: Compared, new: Totals, stable: Totals) -> tuple[Stretch, Stretch]:
    """Return what speaks for "more" at a gate and what for "not more", at the least.

    Where no edge is that of the gate, the slow answers lie between two counts, and each of the two
    is told with those counts that speak least for it.
    """
    if isinstance(gate, ErrorGate):
        both = Stretch(_bad(new), _bad(stable))
        return both, both
    (fewest, most), (stable_fewest, stable_most) = _slow(gate, new), _slow(gate, stable)
    return Stretch(fewest, stable_most), Stretch(most, stable_fewest)


def edges_around(gate: LatencyGate, totals: Totals) -> tuple[float, float]:
    """Return the nearest edges, the same twice where one is the gate's.

    >>> edges_around(LatencyGate(120, 0.01), Totals(within={100: 1, 150: 2, ALL: 3}))
    (100, 150)
    """
    below = [edge for edge in totals.within if edge <= gate.above]
    beyond = [edge for edge in totals.within if edge >= gate.above]
    return max(below, default=0.0), min(beyond, default=ALL)


def _bad(totals: Totals) -> Answered:
    """Return the errors; an answer may be read as one before it is read as an answer."""
    return Answered(min(totals.errors, totals.answers), totals.answers)


def _slow(gate: LatencyGate, totals: Totals) -> tuple[Answered, Answered]:
    """Return the slow answers, at the fewest and at the most."""
    low, high = edges_around(gate, totals)
    of = totals.within.get(ALL, 0)
    fewest, most = of - totals.within.get(high, 0), of - totals.within.get(low, 0)
    return Answered(fewest, of), Answered(most, of)
