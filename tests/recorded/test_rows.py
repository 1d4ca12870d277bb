"""The recorded rows are whole: each family is there, and each row says what holds of it."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.recorded.rows import KEY, TRACE, Recorded, recorded

FAMILIES = (
    *(f"A{number}" for number in range(1, 14)),
    *("B1", "B2", "B3", "B4", "B5", "B6", "B7", "B9"),
    *(f"M{number}" for number in range(1, 13)),
    *(f"T{number}" for number in range(1, 7)),
)
ROWS = recorded()


def test_every_family_of_rows_is_there_and_no_row_twice() -> None:
    assert {one.row for one in ROWS} == set(FAMILIES)
    assert [name for name, times in Counter(one.name for one in ROWS).items() if times > 1] == []
    assert len(ROWS) == 743


def test_a_row_says_how_a_lane_is_lost_or_which_header_carries_it() -> None:
    for one in ROWS:
        carriers = [name.lower() for name, _ in one.left]
        assert one.lane is None if one.lost else one.by in carriers, one.name


def _kept(one: Recorded) -> str:
    return "kept" if any(TRACE in value for _, value in one.left) else "lost"


@pytest.mark.parametrize("family", ["A9", "A10", "T1", "T4"])
def test_an_id_that_is_kept_is_among_the_lines_that_left(family: str) -> None:
    held = [
        one for one in ROWS if one.row == family and any(TRACE in value for _, value in one.came)
    ]

    assert [one.name for one in held if one.trace != _kept(one)] == []
    assert held


def test_members_of_long_baggage_have_keys_of_their_own() -> None:
    lines = [value for one in ROWS if one.row == "A4" for name, value in one.came]
    for line in lines:
        keys = [member.partition("=")[0] for member in line.split(",")]
        assert len(set(keys)) == len(keys)
    assert max(line.count(",") + 1 for line in lines if KEY in line) == 200
