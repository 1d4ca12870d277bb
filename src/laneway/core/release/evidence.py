"""Whether one lane has more bad requests than another, told as soon as the counts show it.

Comes in: counts of both lanes in one and the same stretch of time, stretch after stretch. Goes out:
evidence, which may be looked at after each. It grows by bets: where the rates are as a hypothesis
says, no way of betting gains on average, so whoever multiplied a stake by a million has seen
something that happens once in a million times, however often they looked (Ville's inequality).

The bet on a stretch is the likelihood of an alternative by that of the nearest rates of the
hypothesis. A hypothesis is a half-plane, "the new rate is at most the stable one plus a tolerance"
or the reverse; for a convex one that ratio gains nothing on average under any rates in it, also if
they change from stretch to stretch: https://arxiv.org/abs/2106.02693, https://arxiv.org/abs/2203.09785
"""

from __future__ import annotations

import math

from msgspec import Struct

_LEAST = 1e-9
_TURNS = 60
_BAD, _SEEN = 0.5, 10.0
"""What an estimate begins with, as if so many of so many requests had been bad."""

_FACTORS = (1.5, 3.0, 8.0)
"""How many times the tolerated odds a bad lane may have: a part of the stake goes on each."""


class Answered(Struct, frozen=True):
    """How many requests were bad, of how many."""

    bad: int = 0
    of: int = 0

    def __add__(self, other: Answered) -> Answered:
        return Answered(self.bad + other.bad, self.of + other.of)

    @property
    def rate(self) -> float:
        """The share of bad ones; 0 where there were none at all."""
        return self.bad / self.of if self.of else 0.0


class Stretch(Struct, frozen=True):
    """What both lanes had in one stretch of time."""

    new: Answered = Answered()
    stable: Answered = Answered()

    def __add__(self, other: Stretch) -> Stretch:
        return Stretch(self.new + other.new, self.stable + other.stable)


class Evidence(Struct, frozen=True):
    """What was seen since counting began. Each number is a natural logarithm of a stake's growth.

    `more` are the bets against "not more bad requests than the stable lane and the tolerance",
    `not_more` those against "more than that".
    """

    seen: Stretch = Stretch()
    more: tuple[float, ...] = (0.0,) * (len(_FACTORS) + 1)
    not_more: tuple[float, ...] = (0.0, 0.0)

    @property
    def for_more(self) -> float:
        """The logarithm of the evidence that the new lane is worse by more than the tolerance."""
        return _mean(self.more)

    @property
    def for_not_more(self) -> float:
        """The logarithm of the evidence that it is not."""
        return _mean(self.not_more)


def weighed(evidence: Evidence, stretch: Stretch, tolerance: float) -> Evidence:
    """Return the evidence with a further stretch in it; `tolerance` is a difference of shares.

    What is bet depends on earlier stretches alone; from the first one is only learned.

    >>> half = Stretch(Answered(8, 100), Answered(0, 900))
    >>> found = weighed(weighed(Evidence(), half, 0.01), half, 0.01)
    >>> found.for_more > math.log(100), found.for_not_more < 0
    (True, True)
    """
    seen = evidence.seen + stretch
    if not evidence.seen.stable.of or not evidence.seen.new.of:
        return Evidence(seen, evidence.more, evidence.not_more)
    stable, new = _estimate(evidence.seen.stable), _estimate(evidence.seen.new)
    edge = min(stable + tolerance, 1 - _LEAST)
    worse = (*(_odds_times(edge, factor) for factor in _FACTORS), new)
    more = [log_gain(stretch, rate, stable, tolerance) if rate > edge else 0.0 for rate in worse]
    well = (stable, new)
    not_more = [log_gain(stretch, rate, stable, tolerance) if rate < edge else 0.0 for rate in well]
    return Evidence(seen, _sums(evidence.more, more), _sums(evidence.not_more, not_more))


def log_gain(stretch: Stretch, new: float, stable: float, tolerance: float) -> float:
    """Return the logarithm of what a bet on two rates gains, against those at the tolerance.

    `new` and `stable` are the rates that are bet on; they must lie on one side of the line
    "new = stable + tolerance", and the hypothesis on the other.
    """
    nearest = _nearest(stretch, new, stable, tolerance)
    return _likelihood(stretch.new, new, nearest + tolerance) + _likelihood(
        stretch.stable, stable, nearest
    )


def _likelihood(counted: Answered, rate: float, other: float) -> float:
    good = counted.of - counted.bad
    return counted.bad * math.log(rate / other) + good * math.log((1 - rate) / (1 - other))


def _nearest(stretch: Stretch, new: float, stable: float, tolerance: float) -> float:
    """Return the stable rate on the line that is hardest to tell from two rates.

    That is where the mean logarithm of the likelihood ratio is least. Its slope rises with the
    rate, so it is 0 once between the two rates: found by Newton's steps from their mean, which is
    the place itself without a tolerance, and by halving where they leave.
    """
    low, high = sorted((max(new - tolerance, _LEAST), stable))
    low, high = max(low, _LEAST), min(high, 1 - tolerance - _LEAST)
    many_new, many_stable = stretch.new.of, stretch.stable.of
    at = (many_new * (new - tolerance) + many_stable * stable) / (many_new + many_stable or 1)
    at = at if low < at < high else (low + high) / 2
    for _ in range(_TURNS):
        shifted = at + tolerance
        slope = many_new * (shifted - new) / (shifted * (1 - shifted))
        slope += many_stable * (at - stable) / (at * (1 - at))
        bend = many_new * (new / shifted**2 + (1 - new) / (1 - shifted) ** 2)
        bend += many_stable * (stable / at**2 + (1 - stable) / (1 - at) ** 2)
        step = slope / bend if bend else 0.0
        if abs(step) < _LEAST * at:
            break
        low, high = (low, at) if slope > 0 else (at, high)
        at = at - step if low < at - step < high else (low + high) / 2
    return at


def _estimate(counted: Answered) -> float:
    return (counted.bad + _BAD) / (counted.of + _SEEN)


def _odds_times(rate: float, factor: float) -> float:
    odds = factor * rate / (1 - rate)
    return odds / (1 + odds)


def _sums(sums: tuple[float, ...], more: list[float]) -> tuple[float, ...]:
    return tuple(one + other for one, other in zip(sums, more, strict=True))


def _mean(logs: tuple[float, ...]) -> float:
    top = max(logs)
    return top + math.log(sum(math.exp(one - top) for one in logs) / len(logs))
