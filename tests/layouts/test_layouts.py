"""Every layout and form leads each request to the same pods, by Istio's own translation of it.

`./dev figures layouts` does the same on thousands of meshes, and with real control planes.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy

import pytest

from laneway.apps.terminal.layouts import Laying
from tests.agree.cluster import cluster_of
from tests.agree.decisions import by_walk
from tests.agree.oracle import Oracle
from tests.cluster.search import drawn_meshes
from tests.conftest import Had
from tests.engines import engine
from tests.laws.asks import Ask
from tests.laws.compiling import compile_mesh
from tests.laws.objects import Object
from tests.layouts.laying import LAYINGS, TASTES, Tally, compare, name_of, said_of, spelled
from tests.proof.shop import strict

pytestmark = pytest.mark.engine

SEED, MESHES, ASKS = 42, 26, 10
FROM_V2 = Ask("default/cart-v2", "", "order", 80, "/", "GET", ())


@pytest.fixture(scope="module")
def oracle(had: Had) -> Iterator[Oracle]:
    with Oracle(had(lambda: engine("oracle"))) as running:
        yield running


def test_every_layout_chooses_what_the_plan_chooses(oracle: Oracle) -> None:
    tally = Tally()

    apart = [
        one
        for case in drawn_meshes(MESHES, ASKS, SEED, TASTES)
        for one in compare(case, oracle, tally)
    ]

    assert apart == []
    assert set(tally.decisions) == set(map(name_of, LAYINGS))
    assert min(tally.decisions.values()) >= 200
    assert tally.scoped >= 20


@pytest.mark.parametrize("form", ["wildcard", "exact"])
def test_a_rule_that_means_another_lane_is_noticed(form: str, oracle: Oracle) -> None:
    mesh = strict()
    for one in mesh:
        for port in one["spec"].get("ports", ()):
            port["targetPort"] = 8000
    compilation = compile_mesh(mesh)
    objects = spelled(Laying("scoped", form), compilation)  # type: ignore[arg-type] # a case
    rules = [one for one in objects if "workloadSelector" in one["spec"]]

    def led_to(some: list[Object]) -> list[object]:
        cluster = cluster_of(mesh, compilation, 0, some)
        return [each[0] for each in said_of(mesh, cluster, oracle, [FROM_V2]).outcomes]

    right = by_walk(compilation, FROM_V2)
    assert rules
    assert led_to(objects) == [right, right]
    spoiled = deepcopy(objects)
    for one in spoiled:
        if "workloadSelector" in one["spec"]:
            for subset in one["spec"]["subsets"]:
                subset["labels"] = {"version": "v1"}
    first, second = led_to(spoiled)
    assert first == second != right
