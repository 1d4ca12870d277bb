"""Killed at drawn writes of a life of lanes, an operator keeps every request in its lane.

A drawn sample on real Envoys under load. The whole figure, with restarts of the API server and of
istiod and with two operators, is `./dev figures operator chaos`.
"""

from __future__ import annotations

import pytest

from tests.cluster.control_plane import VERSIONS, ControlPlane
from tests.cluster.operated import kinds, standing
from tests.operator.chaos import Dice, Load, lived, scene
from tests.operator.disturbing import ALONE
from tests.operator.lives import LIVED, SHORT, Life, programs

pytestmark = pytest.mark.cluster

SEED = 7
ACTS = tuple(act for act in LIVED if act.name in SHORT)
DISTURBING = {name: ALONE[name] for name in ("killed", "cut")}


def test_a_disturbed_operator_comes_to_the_same_and_no_request_leaves_its_lane(
    plane: ControlPlane, entry: int
) -> None:
    life, dice = Life(is_permissive=False), Dice(SEED, DISTURBING)
    with (
        kinds(plane),
        standing(plane, programs(), VERSIONS[0]),
        scene(plane, VERSIONS[0], 1) as found,
    ):
        found.learn(life, ACTS)
        figures = lived(found, Load(entry), lambda: found.live(life, ACTS, dice.draw))
    said = f"seed {SEED}: {figures}"
    # one act may be through with fewer requests than it was learned with, before the strike drawn
    assert sum(one.struck for one in figures.values()) >= len(ACTS) - 1, said
    assert sum(one.requests for one in figures.values()) > 100, said
    assert [one.wrong for one in figures.values() if one.wrong] == [], said
