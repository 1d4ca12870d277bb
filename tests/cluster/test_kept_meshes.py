"""Random meshes and every example through the whole path: applied, kept by the operator, served.

`./dev figures paths` takes hundreds of meshes that way.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from msgspec.structs import replace

from tests.agree.drawing import asking
from tests.agree.oracle import Oracle
from tests.cluster.control_plane import VERSIONS, ControlPlane
from tests.cluster.holding import Tally as Served
from tests.cluster.holding import differing
from tests.cluster.search import drawn_meshes
from tests.conftest import Had
from tests.engines import engine
from tests.laws.compiling import compile_mesh
from tests.laws.objects import Object
from tests.layouts.laying import TASTES
from tests.paths.analyzing import analyzed
from tests.paths.comparing import Tally, compare
from tests.paths.keeping import Keeping
from tests.paths.search import kept_by_operator

pytestmark = pytest.mark.cluster

EXAMPLES = Path(__file__).parents[2] / "examples"
LANES = sorted((path.parent.name,) for path in EXAMPLES.glob("*/lanes.yaml"))
SEED, MESHES, ASKS = 13, 4, 80


@pytest.fixture(scope="module")
def oracle(had: Had) -> Iterator[Oracle]:
    with Oracle(had(lambda: engine("oracle"))) as running:
        yield running


@pytest.fixture(scope="module")
def keeping(plane: ControlPlane, oracle: Oracle, had: Had) -> Iterator[Keeping]:
    had(lambda: engine("fetch"))
    had(lambda: engine("helm"))
    with kept_by_operator(plane, oracle) as found:
        yield found


def test_what_the_operator_keeps_decides_as_planned(keeping: Keeping, oracle: Oracle) -> None:
    tally = Tally()
    apart = [
        words
        for case in drawn_meshes(MESHES, ASKS, SEED, TASTES)
        for words in compare(case, keeping, tally, oracle)
    ]

    assert apart == [], f"meshes of seed {SEED}"
    assert tally.written >= MESHES * 3
    decisions = tally.served.decisions
    assert min(decisions[version] for version in VERSIONS) >= MESHES * ASKS * 2 // 3


@pytest.mark.parametrize("names", [*LANES, ("permissive-lanes", "sticky-shares")], ids=" ".join)
def test_an_example_is_kept_as_planned_and_analyzers_say_nothing(
    keeping: Keeping, oracle: Oracle, names: tuple[str, ...]
) -> None:
    mesh, tally = _example(*names), Served()
    kept = keeping.put(mesh)
    said = analyzed(kept, oracle)
    asks = asking(mesh, SEED, ASKS).asks
    if "sticky-shares" in names:  # what a gateway makes of them needs the lane filter
        asks = tuple(ask for ask in asks if ask.caller)
    differing(kept.held, asks, tally)

    assert kept.written
    assert (kept.stalled, kept.held.left_out) == ({}, {})
    assert (said.unsaid, said.mistaken) == ((), 0)
    assert tally.apart == []
    assert min(tally.decisions.values()) >= ASKS // 2


def test_other_lanes_and_a_missing_subset_are_noticed(keeping: Keeping, oracle: Oracle) -> None:
    mesh = _example("strict-lanes")
    asks = asking(mesh, SEED, ASKS).asks
    kept = keeping.put(mesh)
    assert differing(kept.held, asks, Served()) == []

    other = json.loads(
        json.dumps(mesh).replace('"ASM_TRAFFIC_TAG": "v2"', '"ASM_TRAFFIC_TAG": "v3"')
    )
    lanes = [one for one in other if one["kind"] == "ASMSwimLane"]
    mixed = [one for one in mesh if one["kind"] != "ASMSwimLane"] + lanes
    found = differing(replace(kept.held, compilation=compile_mesh(mixed)), asks, Served())
    assert {one.version for one in found} == set(VERSIONS)

    routes = tuple(one for one in kept.written if one["kind"] == "VirtualService")
    said = analyzed(replace(kept, written=routes), oracle)
    assert {message.code for message in said.unsaid} == {"IST0101"}


def _example(*names: str) -> list[Object]:
    paths = [path for name in names for path in sorted((EXAMPLES / name).glob("*.yaml"))]
    texts = [path.read_text() for path in paths]
    return [item for text in texts for item in yaml.load_all(text, yaml.CSafeLoader)]
