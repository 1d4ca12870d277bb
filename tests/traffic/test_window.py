"""The sum that goes on says at every look what adding up the looks of the window would say."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from laneway.core.views.traffic.counts import Passing
from laneway.core.views.traffic.logged import EDGES, Bins, tally
from laneway.core.views.traffic.window import CountWindow

WINDOW = 3
_PASSINGS = st.sampled_from([Passing("a", one, lane) for one in "bc" for lane in ("s1", "")])
_BINS = st.lists(st.integers(0, 3), min_size=len(EDGES) + 1, max_size=len(EDGES) + 1)
_LOOKS = st.dictionaries(_PASSINGS, _BINS.filter(any), max_size=3)


def _added_up(looks: list[tuple[int, Bins]], now: int) -> Bins:
    sums: Bins = {}
    for at, bins in looks:
        for passing, counts in bins.items() if at > now - WINDOW else ():
            before = sums.get(passing, [0] * len(counts))
            sums[passing] = [one + other for one, other in zip(before, counts, strict=True)]
    return sums


@given(st.lists(st.tuples(st.integers(1, 4), _LOOKS), min_size=1, max_size=12))
def test_a_window_counts_what_its_looks_count(looks: list[tuple[int, Bins]]) -> None:
    window, now, met = CountWindow(WINDOW), 0, []
    for pause, bins in looks:
        now += pause
        met.append((now, bins))
        found = window.add(now, {passing: [*counts] for passing, counts in bins.items()})

        assert found == {one: tally(counts) for one, counts in _added_up(met, now).items()}


def test_a_window_that_is_cleared_counts_nothing_of_before() -> None:
    window, bins = CountWindow(WINDOW), [1, *[0] * len(EDGES)]
    window.add(1, {Passing("a", "b", "s1"): bins})
    window.clear()

    assert window.add(2, {}) == {}
