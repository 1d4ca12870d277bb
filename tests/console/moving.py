"""How the console's pictures move, read from Chromium's own trace.

Comes in: the measures of a graph. Goes out: figures beside what is asked of them. `pan` draws a
topology, gives it one Traffic a second out of a recording, drags it with the mouse at two scales
and counts frames. `unfold` opens one of thousands of versions, folded, and then unfolds, searches
and lists it: the longest task of each. Beside how long one lasted stands what a processor worked.
"""

from __future__ import annotations

import json
import math
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.browser.chromium import PATIENCE, Faults, running
from tests.browser.graphs import Plain, Town, traffic
from tests.browser.serving import PLACE, serve
from tests.console.figure import Figure, say
from tests.console.tracing import traced

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Topology</title>
<link rel="stylesheet" href="/style.css"><link rel="stylesheet" href="/topology/topology.css">
<main><div id="there"></div></main>
<script type="module" src="/start.js"></script>"""
START = """
import { showTopology } from "/topology/topology.js";
const frames = await (await fetch("/recording.json")).json();
window.at = 0;
window.frame = () => frames[window.at++ % frames.length];
window.openGraph = async () => {
  const graph = await (await fetch("/graph.json")).json();
  topology.graph(graph);
  topology.traffic(frame());
};
window.topology = showTopology(document.getElementById("there"), { frame: async () => frame() });
window.isReady = true;
"""
SEEN = """() => {
  const view = document.querySelector(".topology-stage").getBoundingClientRect();
  const isSeen = (one) => {
    const { left, right, top, bottom } = one.getBoundingClientRect();
    return left < view.right && right > view.left && top < view.bottom && bottom > view.top;
  };
  const count = (what) => [...document.querySelectorAll(what)].filter(isSeen).length;
  return { nodes: count(".topology .node"), labels: count(".topology .label") };
}"""
SETTLED = "() => document.querySelector('.topology-sheet svg').dataset.settled === 'true'"


@contextmanager
def shown(graph: Plain, seconds: int) -> Iterator[tuple[Browser, Page]]:
    """Give a page with an empty topology, and the graph and a recording to fetch."""
    recording = [traffic(graph, second, leaks=2) for second in range(seconds)]
    texts = {
        "/page": PAGE,
        "/start.js": START,
        "/graph.json": json.dumps(graph),
        "/recording.json": json.dumps(recording),
    }
    with tempfile.TemporaryDirectory() as home, running(Path(home)) as browser:
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        context.set_default_timeout(PATIENCE * 3)
        faults = Faults()
        faults.listen(context)
        serve(context, texts)
        page = context.new_page()
        page.goto(f"{PLACE}/page")
        page.wait_for_function("() => window.isReady")
        yield browser, page
        for fault in faults.heard:
            say(f"fault: {fault}")


def pan(town: Town, seconds: float, picture: Path | None) -> Iterator[Figure]:
    """Yield frames a second while a topology is dragged, whole and near, one update a second."""
    graph = town.graph()
    yield Figure("the topology", measures(graph))
    with shown(graph, 60) as (browser, page):
        page.evaluate("openGraph")
        page.wait_for_function(SETTLED)
        page.evaluate("() => void setInterval(() => topology.traffic(frame()), 1000)")
        for name, turns in (("all of it", 0), ("a part, with numbers", 16)):
            _zoomed(page, turns)
            found = traced(browser, page, lambda: _drag(page, seconds))
            seen = page.evaluate(SEEN)
            told = f"{seen['nodes']} nodes and {seen['labels']} labels in view"
            yield Figure(f"frames/s, {name}", f"{found.frames_per_second:.1f}, {told}", "≥ 30")
            yield Figure("  longest gap between two", f"{found.longest_gap:.0f} ms")
            yield Figure("  longest task", found.longest_task)
            yield Figure("  the page's own work", found.cores)
        if picture:
            page.screenshot(path=picture / "console-pan.png")


def measures(graph: Plain) -> str:
    """Say how large a graph is."""
    nodes, edges, lanes = (len(graph[one]) for one in ("nodes", "edges", "lanes"))
    return f"{nodes} nodes, {edges} edges, {lanes} lanes"


def _zoomed(page: Page, turns: int) -> None:
    """Show all, and then go nearer to a node by so many turns of the wheel."""
    page.get_by_role("button", name="Show all").click()
    page.wait_for_timeout(500)
    middle = page.locator(".node").nth(150).bounding_box()
    assert middle
    page.mouse.move(middle["x"], middle["y"])
    for _ in range(turns):
        page.mouse.wheel(0, -60)
    page.wait_for_timeout(1000)
    page.wait_for_function(SETTLED)


def _drag(page: Page, seconds: float) -> None:
    """Drag the picture round and round with the mouse."""
    box = page.locator(".topology-stage").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    begun = time.monotonic()
    while (now := time.monotonic() - begun) < seconds:
        page.mouse.move(x + 300 * math.sin(now * 2), y + 200 * math.sin(now * 3))
    page.mouse.up()


def unfold(town: Town, picture: Path | None) -> Iterator[Figure]:
    """Yield the longest tasks of what is done with a topology that opens folded."""
    graph = town.graph()
    yield Figure("the topology", measures(graph))
    steps: dict[str, Callable[[Page], object]] = {
        "opened, folded": lambda page: page.evaluate("openGraph"),
        "one unfolded": lambda page: page.evaluate("() => topology.collapse('team-3', false)"),
        "searched": lambda page: page.evaluate("() => topology.search('cart')"),
        "search ended": lambda page: page.evaluate("() => topology.search('')"),
        "a lane picked": lambda page: page.evaluate("() => topology.select('lane-3')"),
        "table opened": lambda page: page.evaluate("() => topology.showTable(true)"),
        "another second": lambda page: page.evaluate("() => topology.traffic(frame())"),
        "all folded": lambda page: page.get_by_role("button", name="Fold all", exact=True).click(),
        "all unfolded": lambda page: page.get_by_role("button", name="Unfold all").click(),
    }
    with shown(graph, 3) as (browser, page):
        for name, step in steps.items():
            found = traced(browser, page, partial(_settled, page, step))
            told = f"{found.longest_task}; done in {found.lasted:.0f} ms"
            yield Figure(f"longest task, {name}", told, "≤ 200 ms")
        if picture:
            page.screenshot(path=picture / "console-open.png")


def _settled(page: Page, step: Callable[[Page], object]) -> None:
    step(page)
    page.wait_for_function(SETTLED)
