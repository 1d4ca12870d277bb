"""Real control planes hand out what Laneway plans: random meshes and every example.

`./dev figures cluster` holds hundreds of meshes against both versions of Istio, and real Envoys
that join them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from msgspec.structs import replace

from tests.agree.drawing import asking
from tests.agree.oracle import Oracle
from tests.agree.piped import UntranslatableError
from tests.cluster.control_plane import VERSIONS, ControlPlane, kubectl, said_by
from tests.cluster.fetching import Fetch, Mark
from tests.cluster.holding import Tally, differing, put, unlike
from tests.cluster.joined import by_envoys, envoys, network
from tests.cluster.search import drawn_meshes
from tests.cluster.served import MeshServer, mesh_server
from tests.conftest import Had
from tests.engines import engine
from tests.laws.compiling import emitted
from tests.laws.objects import Object

pytestmark = pytest.mark.cluster

EXAMPLES = Path(__file__).parents[2] / "examples"
LANES = sorted((path.parent.name,) for path in EXAMPLES.glob("*/lanes.yaml"))
SEED, MESHES, ASKS = 5, 4, 60


@pytest.fixture(scope="module")
def server(plane: ControlPlane, had: Had) -> Iterator[MeshServer]:
    had(lambda: engine("fetch"))
    with mesh_server(plane) as serving:
        yield serving


@pytest.fixture(scope="module")
def oracle(had: Had) -> Iterator[Oracle]:
    with Oracle(had(lambda: engine("oracle"))) as running:
        yield running


def test_real_istiods_hand_out_what_is_planned_and_what_the_oracle_says(
    server: MeshServer, oracle: Oracle
) -> None:
    tally = Tally()
    for case in drawn_meshes(MESHES, ASKS, SEED):
        held = put(case.mesh, server, oracle)
        differing(held, case.asks, tally)
        unlike(held, oracle, tally)

    assert tally.apart == [], f"meshes of seed {SEED}"
    assert tally.tables >= MESHES * 20
    assert min(tally.decisions[version] for version in VERSIONS) >= MESHES * ASKS * 2 // 3


@pytest.mark.parametrize("names", [*LANES, ("permissive-lanes", "sticky-shares")])
def test_what_is_rendered_for_an_example_is_handed_out_as_planned(
    server: MeshServer, oracle: Oracle, names: tuple[str, ...]
) -> None:
    mesh, tally = _example(*names), Tally()
    held = put(mesh, server, oracle)
    asks = asking(mesh, SEED, ASKS).asks
    if "sticky-shares" in names:  # what a gateway makes of them needs the lane filter
        asks = tuple(ask for ask in asks if ask.caller)
    differing(held, asks, tally)

    rendered = yaml.load_all(_rendered(*names), yaml.CSafeLoader)
    assert list(rendered) == emitted(held.compilation)
    assert tally.apart == []
    assert min(tally.decisions.values()) >= ASKS // 2


def test_what_needs_the_lane_filter_is_admitted_by_a_real_api_server(plane: ControlPlane) -> None:
    names = ("permissive-lanes", "sticky-shares")
    apply = [*kubectl(plane), "apply", "--dry-run=server", "--filename=-"]
    text = _rendered(*names, "--wasm-url=https://filter.example.test/lanes.wasm")
    said = subprocess.run(apply, input=text, capture_output=True, text=True, check=True).stdout

    assert "wasmplugin.extensions.istio.io/" in said


def test_a_change_by_hand_is_read_at_once_and_told_apart(
    server: MeshServer, oracle: Oracle, plane: ControlPlane
) -> None:
    mesh = _example("strict-lanes")
    held = put(mesh, server, oracle)
    asks = asking(mesh, SEED, ASKS).asks
    for worn, apart in (("v1", set(VERSIONS)), ("v2", set())) * 2:
        _move_second_lane(plane, worn)
        changed = replace(held, translations=server.read(held.cluster))

        assert {one.version for one in differing(changed, asks, Tally())} == apart


def test_what_never_comes_is_named_and_nothing_is_read(
    server: MeshServer, plane: ControlPlane
) -> None:
    written = server.marks()
    never = Mark(written[0].proxy, [*written[0].words, "never-written"])
    with Fetch(engine("fetch"), plane.istiods["1.31"]) as fetch:
        assert fetch.translate(written, ()).proxies == {}
        with pytest.raises(UntranslatableError, match=r'without \["never-written"\]'):
            fetch.translate([never], (), seconds=0.5)
    assert "goroutine profile" in said_by(plane, plane.istiods["1.31"])


@pytest.mark.envoy
def test_real_envoys_that_join_answer_as_planned_until_somebody_changes_it(
    server: MeshServer, oracle: Oracle, plane: ControlPlane
) -> None:
    if not network():
        pytest.skip("no network of its own for an Envoy: user namespaces are switched off")
    mesh = _example("strict-lanes")
    held = put(mesh, server, oracle)
    callers = ("", "default/mocka-v2")
    asks = [ask for ask in asking(mesh, SEED, 4 * ASKS).asks if ask.caller in callers]
    with envoys(plane.istiods) as real:
        for version in VERSIONS:
            tally = Tally()
            assert by_envoys(real, held, version, asks, tally) == []
            assert tally.by_envoy >= ASKS // 5
        _move_second_lane(plane, "v1")
        server.read(held.cluster)
        for version in VERSIONS:
            assert by_envoys(real, held, version, asks, Tally()) != []


def _move_second_lane(plane: ControlPlane, worn: str) -> None:
    """Change by hand which pods of the first service are the second lane's."""
    rule = ("destinationrule", "trafficlabel-dr-test-default-mocka", "--namespace=default")
    move = {"op": "replace", "path": "/spec/subsets/1/labels/ASM_TRAFFIC_TAG", "value": worn}
    patch = [*kubectl(plane), "patch", *rule, "--type=json", "--patch", json.dumps([move])]
    subprocess.run(patch, check=True, capture_output=True)


def _example(*names: str) -> list[Object]:
    paths = [path for name in names for path in sorted((EXAMPLES / name).glob("*.yaml"))]
    texts = [path.read_text() for path in paths]
    return [item for text in texts for item in yaml.load_all(text, yaml.CSafeLoader)]


def _rendered(*words: str) -> str:
    """Return what `laneway render` prints of examples, with options among their names."""
    paths = [word if word.startswith("--") else str(EXAMPLES / word) for word in words]
    render = [sys.executable, "-m", "laneway", "render", *paths]
    return subprocess.run(render, capture_output=True, text=True, check=True).stdout
