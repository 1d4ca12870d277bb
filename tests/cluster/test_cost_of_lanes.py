"""What a measured layout says holds: a subset for each lane is a cluster in every proxy.

A small mesh stands for the large ones of `./dev figures cost`: numbers are exact whatever the size,
so only numbers are held here, never seconds or megabytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.cluster.children import Children
from tests.cluster.control_plane import VERSIONS, ControlPlane
from tests.cluster.marking import MARKED, marks
from tests.cluster.writer import Writer
from tests.conftest import Had
from tests.cost.filling import fill
from tests.cost.layouts import Written, layout, objects_of
from tests.cost.measuring import Bench, Figures
from tests.cost.meshes import Size, running
from tests.engines import engine

pytestmark = pytest.mark.cluster

SIZE = Size(services=4, lanes=3)


@pytest.fixture(scope="module")
def bench(
    plane: ControlPlane, had: Had, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bench]:
    had(lambda: engine("crowd"))
    children = Children(tmp_path_factory.mktemp("cost"))
    mesh = [*MARKED, *running(SIZE, SIZE.lanes + 1)]
    fill(plane.api, mesh)
    yield Bench(plane, children, SIZE, SIZE.lanes, VERSIONS[0], edits=True)
    children.kill()
    with closing(Writer(plane.api)) as writer:
        for item in (*marks(0), *reversed(mesh)):
            writer.delete(item, missing=True)


def test_each_lane_is_a_cluster_of_every_service_in_every_proxy(
    bench: Bench, tmp_path_factory: pytest.TempPathFactory
) -> None:
    work = tmp_path_factory.mktemp("files")
    written = objects_of(layout("istio", None), SIZE, work)
    none, lanes = bench.measure(Written([], [])), bench.measure(written)

    for proxy in ("s00", "s02", "outside", "gateway"):
        surplus = _clusters(lanes, proxy) - _clusters(none, proxy)
        assert surplus == SIZE.services * SIZE.lanes
    assert lanes.proxies["s00"].routes == none.proxies["s00"].routes
    assert lanes.misled == []
    assert lanes.timeout
    assert lanes.timeout.objects == 1
    assert lanes.lane
    assert lanes.lane.objects == 2 * SIZE.services + 1


def test_whoever_would_meet_another_lane_is_told(
    bench: Bench, tmp_path_factory: pytest.TempPathFactory
) -> None:
    written = objects_of(layout("istio", None), SIZE, tmp_path_factory.mktemp("files"))
    for items in (written.before, written.after):
        (route,) = (
            one for one in items if one["metadata"]["name"].endswith("vs-big-default-service-001")
        )
        route["spec"]["http"] = route["spec"]["http"][-1:]  # whoever calls meets the first lane

    host = "service-001.default.svc.cluster.local"
    assert bench.measure(written).misled == [f"s{lane:02}: {host}" for lane in (1, 2, 3)]


def _clusters(of: Figures, proxy: str) -> int:
    return of.proxies[proxy].held["clusters"].number
