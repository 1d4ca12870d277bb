"""How far chance may take a share."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laneway.core.judging.shares import ONCE_IN, bounds


def chance(draws: int, probability: float, hits: int) -> float:
    ways = math.comb(draws, hits)
    return ways * probability**hits * (1 - probability) ** (draws - hits)


@given(st.integers(1, 300), st.floats(0.01, 0.99))
def test_chance_leaves_the_bounds_no_more_often_than_said(draws: int, probability: float) -> None:
    low, high = bounds(draws, probability)
    outside = [hits for hits in range(draws + 1) if not low <= hits <= high]

    assert sum(chance(draws, probability, hits) for hits in outside) <= 1 / ONCE_IN * 1.0001


@given(st.integers(1, 300), st.floats(0.01, 0.99))
def test_bounds_are_no_wider_than_needed(draws: int, probability: float) -> None:
    low, high = bounds(draws, probability)
    below = sum(chance(draws, probability, hits) for hits in range(low + 1))
    above = sum(chance(draws, probability, hits) for hits in range(high, draws + 1))

    assert min(below, above) > 1 / ONCE_IN / 2 * 0.9999


@pytest.mark.parametrize(
    ("draws", "probability", "expected"),
    [(100, 0.5, (31, 69)), (100, 0.1, (1, 23)), (10, 0.01, (0, 3)), (1, 0.5, (0, 1))],
)
def test_bounds_of_small_numbers_are_exact(
    draws: int, probability: float, expected: tuple[int, int]
) -> None:
    assert bounds(draws, probability) == expected


@pytest.mark.parametrize(("probability", "hits"), [(0.0, 0), (1.0, 100)])
def test_a_sure_share_has_no_room_for_chance(probability: float, hits: int) -> None:
    assert bounds(100, probability) == (hits, hits)
