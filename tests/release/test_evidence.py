"""Evidence that one lane is worse: what it promises, by sums over all outcomes and by a judge."""

import math
from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray
from ville import BernoulliCS

from laneway.core.release.budget import FALSE_ALARM, MISSED, needed
from laneway.core.release.evidence import Answered, Evidence, Stretch, log_gain, weighed

RATES = (0.001, 0.01, 0.05, 0.3, 0.8)
TOLERANCES = (0.0, 0.005, 0.02, 0.1)
SIZES = ((1, 1), (3, 1), (2, 7), (5, 40))
ERROR = 0.001


def _chance(counted: Answered, rate: float) -> float:
    good = counted.of - counted.bad
    return math.comb(counted.of, counted.bad) * rate**counted.bad * (1 - rate) ** good


def _hypotheses(tolerance: float, *, more: bool) -> Iterator[tuple[float, float]]:
    """Yield rates in a hypothesis, those at its edge among them."""
    for stable in (*RATES, 0.0, 0.95):
        edge = stable + tolerance
        if edge <= 1:
            yield edge, stable
        yield from ((new, stable) for new in (0.0, 0.02, 0.5, 1.0) if (new <= edge) == more)


@pytest.mark.parametrize(("many_new", "many_stable"), SIZES)
@pytest.mark.parametrize("tolerance", TOLERANCES)
def test_no_bet_gains_on_average_where_the_hypothesis_holds(
    many_new: int, many_stable: int, tolerance: float
) -> None:
    outcomes = [
        Stretch(Answered(bad, many_new), Answered(other, many_stable))
        for bad, other in product(range(many_new + 1), range(many_stable + 1))
    ]
    for new, stable in product(RATES, RATES):
        if new == stable + tolerance:
            continue
        gains = [math.exp(log_gain(one, new, stable, tolerance)) for one in outcomes]
        for true_new, true_stable in _hypotheses(tolerance, more=new > stable + tolerance):
            mean = sum(
                gain * _chance(one.new, true_new) * _chance(one.stable, true_stable)
                for gain, one in zip(gains, outcomes, strict=True)
            )
            assert mean <= 1 + 1e-6, (new, stable, true_new, true_stable)


def _ours(
    bad: NDArray[np.bool_], is_new: NDArray[np.bool_], tolerance: float
) -> tuple[str, int | None]:
    """Return what we say, and after how many requests, looking after every 50."""
    evidence, wanted = Evidence(), -math.log(ERROR)
    for begin in range(0, len(bad), 50):
        hits, new = bad[begin : begin + 50], is_new[begin : begin + 50]
        stretch = Stretch(
            Answered(int(hits[new].sum()), int(new.sum())),
            Answered(int(hits[~new].sum()), int((~new).sum())),
        )
        evidence = weighed(evidence, stretch, tolerance)
        if evidence.for_more >= wanted:
            return "more", begin + 50
        if evidence.for_not_more >= wanted:
            return "not more", begin + 50
    return "", None


def _judge(
    bad: NDArray[np.bool_], is_new: NDArray[np.bool_], tolerance: float
) -> tuple[str, int | None]:
    """Return what a confidence sequence for each lane says, and after how many requests."""
    bounds = []
    for mine in (is_new, ~is_new):
        found = BernoulliCS(alpha=ERROR / 2, prior=(0.5, 5)).fit(bad[mine].astype(float))
        place = np.cumsum(mine) - 1
        begun = place >= 0
        bounds.append(np.where(begun, np.asarray(found.lower_)[place], 0.0))
        bounds.append(np.where(begun, np.asarray(found.upper_)[place], 1.0))
    low, high, other_low, other_high = bounds
    more = np.flatnonzero(low > other_high + tolerance)
    not_more = np.flatnonzero(high < other_low + tolerance)
    if len(more):
        return "more", int(more[0])
    return ("not more", int(not_more[0])) if len(not_more) else ("", None)


@pytest.mark.parametrize(
    ("rates", "tolerance", "share", "requests", "truth"),
    [
        ((0.05, 0.0), 0.01, 0.1, 20_000, "more"),
        ((0.05, 0.01), 0.01, 0.3, 20_000, "more"),
        ((0.02, 0.01), 0.0, 0.3, 60_000, "more"),
        ((0.3, 0.2), 0.0, 0.5, 8_000, "more"),
        ((0.0, 0.0), 0.01, 0.1, 20_000, "not more"),
        ((0.01, 0.01), 0.01, 0.3, 60_000, "not more"),
    ],
)
def test_an_independent_judge_comes_to_the_same_and_no_sooner(
    rates: tuple[float, float], tolerance: float, share: float, requests: int, truth: str
) -> None:
    draw = np.random.default_rng(11)
    for _ in range(3):
        is_new = draw.random(requests) < share
        bad = draw.random(requests) < np.where(is_new, *rates)

        said, after = _ours(bad, is_new, tolerance)
        judged, then = _judge(bad, is_new, tolerance)

        assert (said, judged) == (truth, truth)
        assert after is not None
        assert then is not None
        assert after <= then + 50


def test_rates_that_rise_and_fall_for_both_lanes_alike_are_no_evidence() -> None:
    draw = np.random.default_rng(5)
    evidence = Evidence()
    for turn in range(4_000):
        rate = 0.01 if turn % 40 < 30 else 0.3  # something that both call has bad minutes
        stretch = Stretch(
            Answered(int(draw.binomial(5, rate)), 5), Answered(int(draw.binomial(45, rate)), 45)
        )
        evidence = weighed(evidence, stretch, 0.0)
        assert evidence.for_more < math.log(100)


def test_all_attempts_at_all_judgments_together_spend_no_more_than_there_is() -> None:
    judgments = 24
    spent = [needed(judgments, attempt) for attempt in range(1, 40)]

    assert sum(judgments * math.exp(-one.more) for one in spent) <= FALSE_ALARM
    assert sum(judgments * math.exp(-one.not_more) for one in spent) <= MISSED
