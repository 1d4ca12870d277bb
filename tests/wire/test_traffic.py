"""The traffic of a mesh that runs: real requests through real Envoy, on the edges of its plan."""

import pytest

from laneway.adapters.files import read_paths
from laneway.apps.local.record.counted import RequestCounter
from laneway.apps.local.record.requests import wait_until_written
from laneway.apps.local.record.state import MeshFolder
from laneway.core.compile import compile_snapshot
from laneway.core.views.topology.topology import topology
from laneway.core.views.traffic.joining import HELD
from laneway.core.views.traffic.traffic import traffic
from tests.wire.laneway_up import Up, state_home

pytestmark = pytest.mark.envoy
LANES = ("s1", "s2", "s3")


def test_requests_of_each_lane_are_counted_on_every_edge_of_its_path() -> None:
    up = Up("examples/permissive-lanes")
    try:
        up.ready()
        folder = MeshFolder(state_home() / "default")
        compiled = compile_snapshot(read_paths([str(folder.input)]))
        shown = topology(compiled.mesh, compiled.plan)
        counter = RequestCounter(folder)
        counter.show(compiled, shown)
        counter.look(0.0)
        for lane in LANES * 4:
            assert up.ask(headers={"x-asm-prefer-tag": lane}).status == 200
        wait_until_written(folder)
        counter.look(1.0)
        counts = counter.look(1.0 + HELD)
    finally:
        up.stop()

    found = traffic(compiled.mesh, shown, counts, 10, 1)
    assert found.seen == ()
    told = {name: one.lanes for name, one in found.edges.items()}
    assert told == {one.id: dict.fromkeys(one.lanes, 4.0) for one in shown.graph.edges}
