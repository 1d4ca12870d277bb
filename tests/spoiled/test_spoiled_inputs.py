"""A drawn sample of spoiled inputs keeps the law; the search beside it draws as many as one likes.

`./dev figures spoiled` runs 20,000 of them.
"""

from __future__ import annotations

import pytest

from tests.spoiled.endings import ended
from tests.spoiled.inputs import inputs, spoil
from tests.spoiled.law import broken

DRAWN, SEED = 24, 20_261_128


def test_whatever_field_is_spoiled_every_command_ends_as_its_table_says() -> None:
    assert broken(inputs(DRAWN, SEED)) == []


def test_the_same_seed_draws_the_same_inputs_and_no_two_alike() -> None:
    drawn = [str(one) for one in inputs(DRAWN, SEED)]

    assert drawn == [str(one) for one in inputs(DRAWN, SEED)]
    assert drawn[10:20] == [str(one) for one in inputs(10, SEED, skip=10)]
    assert len(set(drawn)) == DRAWN


def test_an_object_is_spoiled_where_it_was_asked_to_be() -> None:
    text = "spec: {ports: [{port: 80}, {port: 81}]}\n"
    at = ("spec", "ports", 1, "port")

    assert "port: -1" in str(spoil(text, at, "is negative"))
    assert str(spoil(text, at, "is doubled")).count("port: 81") == 2
    assert str(spoil(text, at[:-1], "is doubled")).count("- port: 81") == 2
    assert "portx: 81" in str(spoil(text, at, "is renamed"))
    assert "81" not in str(spoil(text, at, "is deleted"))
    assert spoil(text, at[:-1], "is renamed") is None


def test_an_ending_that_breaks_the_law_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def bug(*_: object) -> None:
        raise IndexError("a bug")

    monkeypatch.setattr("laneway.core.emit.status.statuses", bug)

    (said,) = broken(inputs(1, SEED))

    assert "status -o" in said
    assert "IndexError: a bug" in said
    assert ended("check", "nowhere").trouble(frozenset({0})).startswith("ends with")
