"""The traffic of a mesh that runs: real requests through real Envoy, on the edges of its plan."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from laneway.adapters.files import read_paths
from laneway.apps.local.record.counted import RequestCounter
from laneway.apps.local.record.requests import wait_until_written
from laneway.apps.local.record.state import MeshFolder
from laneway.core.compile import compile_snapshot
from laneway.core.views.topology.graph import Graph
from laneway.core.views.topology.topology import topology
from laneway.core.views.traffic.counts import ToldCounts
from laneway.core.views.traffic.joining import HELD
from laneway.core.views.traffic.traffic import MeshTraffic, traffic
from tests.wire.laneway_up import Up, state_home

pytestmark = pytest.mark.envoy
SAMPLE = Path("examples/permissive-lanes")


def _sent(path: Path, lanes: Iterable[str]) -> tuple[Graph, MeshTraffic]:
    """Run a mesh, send a request of each lane, and return what was counted in a second."""
    up = Up(str(path))
    try:
        up.ready()
        folder = MeshFolder(state_home() / "default")
        compiled = compile_snapshot(read_paths([str(folder.input)]))
        shown = topology(compiled.mesh, compiled.plan)
        counter = RequestCounter(folder)
        counter.show(compiled, shown)
        counter.look(0.0)
        for lane in lanes:
            assert up.ask(headers={"x-asm-prefer-tag": lane}).status == 200
        wait_until_written(folder)
        counter.look(1.0)
        counts = counter.look(1.0 + HELD)
    finally:
        up.stop()
    return shown.graph, traffic(compiled.mesh, shown, ToldCounts(counts), 10, 1)


def test_requests_of_each_lane_are_counted_on_every_edge_of_its_path() -> None:
    graph, found = _sent(SAMPLE, ("s1", "s2", "s3") * 4)

    assert found.seen == ()
    told = {name: one.lanes for name, one in found.edges.items()}
    assert told == {one.id: dict.fromkeys(one.lanes, 4.0) for one in graph.edges}


def test_a_program_that_forgets_a_lane_is_where_its_requests_leak(tmp_path: Path) -> None:
    for file in SAMPLE.glob("*.yaml"):
        text = file.read_text().replace("name: forward_headers", "name: forgotten_headers")
        (tmp_path / file.name).write_text(text)
    _, found = _sent(tmp_path, ("s1", "s2", "s2"))

    (leak,) = found.seen
    assert (leak.source, leak.target) == ("default/mockb@s1", "default/mockc@s1")
    assert (leak.leak, leak.lanes) == (True, {"s2": 2.0})
    assert found.edges["default/mockb@s1>default/mockc@s1"].lanes == {"s1": 1.0}
