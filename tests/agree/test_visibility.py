"""What callers see: proof, walk, check and Istio's own translation on meshes that show little."""

from __future__ import annotations

from random import Random

import pytest

from tests.agree.drawing import draw
from tests.agree.narrowing import narrowed, with_ports
from tests.agree.oracle import Oracle
from tests.agree.visibility import Tally, compare
from tests.laws.meshes import meshes
from tests.laws.taste import TIDY
from tests.proof.search import asked

MESHES, ASKS = 8, 8


@pytest.mark.engine
def test_everybody_says_the_same_of_what_callers_see(oracle: Oracle) -> None:
    chance = Random(7)  # noqa: S311 - a drawn case is no secret
    tally = Tally()
    for drawn in draw(MESHES, 0, 7, meshes(TIDY)):
        mesh = narrowed(drawn.mesh, chance)
        asks = with_ports(asked(mesh, mesh, chance, ASKS), chance)
        compare(mesh, asks, oracle, tally)

    assert tally.wrong == []
    assert tally.verdicts["counter-example"] >= 3
    assert tally.verdicts["proven"] >= 1
    assert tally.found >= 10
