"""What a measured layout says holds: a subset for each lane is a cluster in every proxy.

A small mesh stands for the large ones of `./dev figures cost`: numbers are exact whatever the size,
so only numbers are held here, never seconds or megabytes. In it the routes of one service forget to
ask who calls, as a layout might that is not sound.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from msgspec import Struct

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
from tests.laws.objects import Object

pytestmark = pytest.mark.cluster

SIZE = Size(services=4, lanes=3)
FORGETFUL = "service-001.default.svc.cluster.local"


class Measured(Struct, frozen=True):
    """Figures of a mesh without lanes, and with those of layout istio."""

    none: Figures
    lanes: Figures

    def surplus(self, proxy: str) -> int:
        """Return how many more clusters a proxy has with lanes."""
        with_lanes, without = (
            one.proxies[proxy].held["clusters"] for one in (self.lanes, self.none)
        )
        return with_lanes.number - without.number


@pytest.fixture(scope="module")
def measured(
    plane: ControlPlane, had: Had, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Measured]:
    had(lambda: engine("crowd"))
    work = tmp_path_factory.mktemp("cost")
    children = Children(work / "logs")
    mesh = [*MARKED, *running(SIZE, SIZE.lanes + 1)]
    bench = Bench(plane, children, SIZE, SIZE.lanes, VERSIONS[0], edits=True)
    written = objects_of(layout("istio", None), SIZE, work)
    for route in filter(_forgets, (*written.before, *written.after)):
        route["spec"]["http"] = route["spec"]["http"][-1:]  # whoever calls meets the first lane
    try:
        fill(plane.api, mesh)
        yield Measured(bench.measure(Written([], [])), bench.measure(written))
    finally:
        children.kill()
        with closing(Writer(plane.api)) as writer:
            for item in (*marks(0), *reversed(mesh)):
                if item["kind"] != "Namespace":  # one that is going is none for the next test
                    writer.delete(item, missing=True)


@pytest.mark.parametrize("proxy", ["s00", "s02", "outside", "gateway"])
def test_each_lane_is_a_cluster_of_every_service(measured: Measured, proxy: str) -> None:
    assert measured.surplus(proxy) == SIZE.services * SIZE.lanes


def test_a_sidecar_holds_the_routes_of_its_own_lane_alone(measured: Measured) -> None:
    without, with_lanes = (one.proxies["s00"].routes for one in (measured.none, measured.lanes))
    assert with_lanes == without


def test_one_more_lane_is_an_edit_of_every_service_and_of_the_entry(measured: Measured) -> None:
    assert measured.lanes.lane
    # two objects a service, but for the routes that do not ask who calls
    assert measured.lanes.lane.objects == 2 * SIZE.services - 1 + 1


def test_whoever_would_meet_another_lane_is_told(measured: Measured) -> None:
    assert measured.lanes.misled == [f"s{lane:02}: {FORGETFUL}" for lane in (1, 2, 3)]


def _forgets(item: Object) -> bool:
    return item["kind"] == "VirtualService" and FORGETFUL in item["spec"]["hosts"]
