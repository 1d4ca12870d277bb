"""A release for pages: what is known of it, with bounds of each share of bad answers.

Comes in: the view of a release. Goes out: the same, each verdict with the range that its counts
leave open at 95 in 100, by Wilson's score. It is a picture of what was counted and judges nothing:
gates are judged by evidence that may be looked at at any time.
https://en.wikipedia.org/wiki/Binomial_proportion_confidence_interval#Wilson_score_interval
"""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Any

_SCORE = 1.959964
"""Of 95 in 100."""


def with_bounds(view: Mapping[str, Any]) -> dict[str, Any]:
    """Return the view with `bounds` beside `new` and `stable` of each verdict."""
    judged = view.get("judged")
    if not judged:
        return dict(view)
    verdicts = [
        {**one, "bounds": {lane: range_of(one[lane]) for lane in ("new", "stable")}}
        for one in judged["verdicts"]
    ]
    return {**view, "judged": {**judged, "verdicts": verdicts}}


def range_of(counted: Mapping[str, int]) -> tuple[float, float]:
    """Return between which shares the true one lies.

    >>> range_of({"bad": 0, "of": 0})
    (0.0, 1.0)
    >>> [round(one, 3) for one in range_of({"bad": 5, "of": 100})]
    [0.022, 0.112]
    >>> range_of({"bad": 0, "of": 75})[0], range_of({"bad": 75, "of": 75})[1]
    (0.0, 1.0)
    """
    bad, of = counted["bad"], counted["of"]
    if not of:
        return 0.0, 1.0
    share, square = bad / of, _SCORE**2
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = _SCORE / (1 + square / of) * sqrt(share * (1 - share) / of + square / (4 * of * of))
    return (middle - half if bad else 0.0), (middle + half if bad < of else 1.0)
