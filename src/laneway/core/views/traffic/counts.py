"""Requests that were counted over a while, by who called, who answered, and in which lane.

This is what every source of traffic hands in. A count may be a part of a request, since rates that
a metrics server works out are no whole numbers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from msgspec import Struct

ALL = math.inf
"""The edge in milliseconds below which every answer is."""


class Passing(Struct, frozen=True):
    """Requests of one lane from a node to a node. An empty lane is none; None: nobody can tell.

    `lost` says that the proxy which sent them took them for requests of another lane.
    """

    caller: str
    callee: str
    lane: str | None
    lost: bool = False


class CountedAnswers(Struct, frozen=True):
    """Answers, those of status 5xx or without any, and by milliseconds those that took no longer.

    `within` holds every answer that was timed at `ALL`; it is empty where nobody took the time.
    """

    answers: float = 0
    errors: float = 0
    within: Mapping[float, float] = {}


Counts = Mapping[Passing, CountedAnswers]


class ToldCounts(Struct, frozen=True):
    """What a source tells: counts, None where nobody counted, and in a sentence what is missing.

    Of the nodes in `untold` what they sent is not known, or not all of it.
    """

    counts: Counts | None
    why: str = ""
    untold: frozenset[str] = frozenset()


def added(tallies: Sequence[CountedAnswers]) -> CountedAnswers:
    """Return what several tallies come to.

    Edges that some of them lack are filled in from the next lower one that they have.

    >>> added([CountedAnswers(1, 0, {5: 1, ALL: 1}), CountedAnswers(2, 1, {10: 1, ALL: 2})])
    CountedAnswers(answers=3, errors=1, within={5: 1, 10: 2, inf: 3})
    """
    if len(tallies) == 1:
        return tallies[0]
    answers = sum([one.answers for one in tallies])
    errors = sum([one.errors for one in tallies])
    within = _added_times([one.within for one in tallies if one.within])
    return CountedAnswers(answers, errors, within)


def _added_times(ones: Sequence[Mapping[float, float]]) -> Mapping[float, float]:
    """Add times up; those of one source have the same edges, and that is quick."""
    edges = [*ones[0]] if ones else []
    if all([*one] == edges for one in ones):
        columns = zip(*[one.values() for one in ones], strict=True)
        return dict(zip(edges, map(sum, columns), strict=True))
    all_edges = sorted({edge for one in ones for edge in one})
    return {edge: sum(_below(one, edge) for one in ones) for edge in all_edges}


def _below(within: Mapping[float, float], edge: float) -> float:
    if edge in within:
        return within[edge]
    return max((count for known, count in within.items() if known < edge), default=0)


def quantile(within: Mapping[float, float], part: float) -> float | None:
    """Return the time in milliseconds that a part of the answers took at most; None: not known.

    Answers are taken to lie evenly between two edges, as Prometheus does it. What lies above the
    last edge took at least that long, and no more is known.
    https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile

    >>> quantile({10: 5, 20: 10, ALL: 10}, 0.95), quantile({10: 0, ALL: 4}, 0.95), quantile({}, 0.5)
    (19.0, 10, None)
    """
    edges = sorted(within)
    total = within[edges[-1]] if edges else 0
    if total <= 0:
        return None
    wanted, low, before = part * total, 0.0, 0.0
    for edge in edges:
        if within[edge] >= wanted and within[edge] > before:
            return (
                low
                if edge == ALL
                else low + (edge - low) * (wanted - before) / (within[edge] - before)
            )
        low, before = (edge, within[edge]) if edge != ALL else (low, before)
    return low
