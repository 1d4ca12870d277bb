"""The topology as a page asks for it, with what goes over it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from laneway.adapters.files import read_paths
from laneway.apps.console.api.topology import CALLS
from laneway.apps.console.picture import Picture
from laneway.apps.console.seams import ShownState
from laneway.core.compile import Compilation, compile_snapshot
from laneway.core.views.topology.topology import Topology
from laneway.core.views.traffic.counts import CountedAnswers, Passing, ToldCounts
from tests.console.serving import console

SAMPLE = str(Path(__file__).parents[2] / "examples" / "strict-lanes")


class OneCall:
    """A source that counted one call, of which it may be that no manifest names it."""

    pause = 1
    asks_others = False
    window = 10.0

    def __init__(self, caller: str, callee: str) -> None:
        self.passing = Passing(caller, callee, "s1")
        self.is_counting = True

    async def look(self, compilation: Compilation, shown: Topology, now: float) -> ToldCounts:
        del compilation, shown, now
        counts = {self.passing: CountedAnswers(20, 5)}
        return ToldCounts(counts) if self.is_counting else ToldCounts(None, "Nobody counts.")


def _seen() -> ShownState:
    return ShownState(1, compile_snapshot(read_paths([SAMPLE])))


def test_a_page_gets_graph_table_and_picture_of_the_same(tmp_path: Path) -> None:
    async def walk() -> None:
        served = console(tmp_path, CALLS, read_paths([SAMPLE]))
        await served.come_in()
        graph = (await served.client.get("/api/v1/topology")).json()
        table = (await served.client.get("/api/v1/topology/table")).json()
        svg = await served.client.get("/api/v1/topology.svg")
        traffic = (await served.client.get("/api/v1/traffic")).json()

        assert len(table["rows"]) == len(graph["edges"])
        assert svg.headers["content-type"].startswith("image/svg+xml")
        assert svg.text.count("mocka") >= 3
        assert traffic["known"] is False
        assert (await served.client.get("/api/v1/traffic/5")).status_code == 404

    asyncio.run(walk())


def test_a_second_of_before_is_shown_as_it_was() -> None:
    picture, seen = Picture(), _seen()
    source = OneCall("default/mocka@s1", "default/mockb@s1")
    first = asyncio.run(picture.look(seen, source, 100))
    source.is_counting = False
    second = asyncio.run(picture.look(seen, source, 101))

    assert first.edges["default/mocka@s1>default/mockb@s1"].rate == 2.0
    assert not second.known
    held = [picture.at(100), picture.at(101)]
    assert [one and one.traffic for one in held] == [first, second]
    assert picture.at(99) is None


def test_a_call_that_no_manifest_names_stays_in_the_graph() -> None:
    picture, seen = Picture(), _seen()
    source = OneCall("default/mockc@s1", "default/mocka@s1")
    before = picture.shown(seen).graph
    asyncio.run(picture.look(seen, source, 100))
    source.is_counting = False
    asyncio.run(picture.look(seen, source, 101))
    after = picture.shown(seen).graph

    known = {one.id for one in before.edges}
    assert [one.id for one in after.edges if one.id not in known] == [
        "default/mockc@s1>default/mocka@s1"
    ]
    assert json.loads(picture.event())["graph"] == after.id


def test_a_graph_is_worked_out_once_for_a_state() -> None:
    picture, seen = Picture(), _seen()

    assert picture.shown(seen) is picture.shown(seen)
