"""How the console's pictures move, read from Chromium's own trace: `./dev figures console pan`.

`pan` draws a topology of 300 services and 20 sparse lanes, gives it one Traffic a second out of a
recording, drags it with the mouse at two scales and counts frames. `open` opens one of 6,000
versions, folded, and then unfolds, searches and lists it: the longest task of each. Beside how long
a task lasted stands what a processor worked at it, and the machine's load is printed: cores that
others use draw fewer frames. Nothing here can fail.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.browser.chromium import PATIENCE, Faults, running
from tests.browser.graphs import Plain, Town, traffic
from tests.browser.serving import PLACE, serve
from tests.console.tracing import Traced, traced

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Topology</title>
<link rel="stylesheet" href="/style.css"><link rel="stylesheet" href="/topology/topology.css">
<main><div id="there"></div></main>
<script type="module" src="/start.js"></script>"""
START = """
import { showTopology } from "/topology/topology.js";
const frames = await (await fetch("/recording.json")).json();
window.at = 0;
window.frame = () => frames[window.at++ % frames.length];
window.open6000 = async () => {
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


def main() -> int:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("pan", "open"))
    parser.add_argument("--services", type=int, help="300 to pan, 4,000 to open")
    parser.add_argument("--lanes", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=10, help="how long it is dragged")
    parser.add_argument("--picture", type=Path, help="a folder that takes screenshots")
    options = parser.parse_args()
    if options.what == "pan":
        town = Town(options.services or 300, options.lanes, 3, 8, fan=3)
    else:
        town = Town(options.services or 4000, options.lanes, 105, 60)
    graph = town.graph()
    lanes, versions, edges = (len(graph[one]) for one in ("lanes", "nodes", "edges"))
    load = os.getloadavg()[0]
    _tell(f"{versions} nodes, {edges} edges, {lanes} lanes; load {load:.1f} of {os.cpu_count()}")
    with _page(graph, 60 if options.what == "pan" else 3) as (browser, page):
        if options.what == "pan":
            _pan(browser, page, options.seconds)
        else:
            _open(browser, page)
        if options.picture:
            page.screenshot(path=options.picture / f"console-{options.what}.png")
    return 0


@contextmanager
def _page(graph: Plain, seconds: int) -> Iterator[tuple[Browser, Page]]:
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
            _tell(f"fault: {fault}")


def _pan(browser: Browser, page: Page, seconds: float) -> None:
    page.evaluate("open6000")
    page.wait_for_function(SETTLED)
    page.evaluate("() => void setInterval(() => topology.traffic(frame()), 1000)")
    for name, turns in (("all of it", 0), ("a part, with numbers", 16)):
        page.get_by_role("button", name="Show all").click()
        page.wait_for_timeout(500)
        middle = page.locator(".node").nth(150).bounding_box()
        assert middle
        page.mouse.move(middle["x"], middle["y"])
        for _ in range(turns):
            page.mouse.wheel(0, -60)
        page.wait_for_timeout(1000)
        page.wait_for_function(SETTLED)
        found = traced(browser, page, lambda: _drag(page, seconds))
        seen = page.evaluate(SEEN)
        _tell(
            f"{name} ({seen['nodes']} nodes and {seen['labels']} labels in view): "
            f"{found.frames_per_second:.1f} frames/s over {found.lasted / 1000:.1f} s, "
            f"longest gap {found.longest_gap:.0f} ms, "
            f"longest task {found.longest_task}; {found.cores}"
        )


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


def _open(browser: Browser, page: Page) -> None:
    def settled(act: Callable[[], object]) -> Callable[[], None]:
        def do() -> None:
            act()
            page.wait_for_function(SETTLED)

        return do

    steps = {
        "opened, folded": lambda: page.evaluate("open6000"),
        "one unfolded": lambda: page.evaluate("() => topology.collapse('team-3', false)"),
        "searched": lambda: page.evaluate("() => topology.search('cart')"),
        "search ended": lambda: page.evaluate("() => topology.search('')"),
        "a lane picked": lambda: page.evaluate("() => topology.select('lane-3')"),
        "table opened": lambda: page.evaluate("() => topology.showTable(true)"),
        "another second": lambda: page.evaluate("() => topology.traffic(frame())"),
        "all folded": lambda: page.get_by_role("button", name="Fold all", exact=True).click(),
        "all unfolded": lambda: page.get_by_role("button", name="Unfold all").click(),
    }
    for name, step in steps.items():
        _say(name, traced(browser, page, settled(step)))


def _say(name: str, found: Traced) -> None:
    _tell(f"{name}: longest task {found.longest_task}; done in {found.lasted:.0f} ms")


def _tell(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
