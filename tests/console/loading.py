"""How the console's pages load, read from Chromium's own trace and from what it was sent.

Comes in: the measures of a mesh. Goes out: figures beside what is asked of them. Consoles are
processes as anybody starts them. A page is interactive once what it shows is there and no task of
more than 50 ms keeps it from answering, as https://web.dev/articles/tti has it.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from laneway.core.emit.yaml_text import yaml_documents
from tests.browser.chromium import PATIENCE, running
from tests.browser.consoles import console_of, started
from tests.console.figure import Figure
from tests.console.replayed import NAME, replayed
from tests.console.tracing import CATEGORIES, traced
from tests.topology.towns import Town

LONG = 50_000
"""Microseconds beyond which a task keeps a page from answering."""
TRIES = 3
SHOWN = "shown"
LANE = "tbody th a"
WATCH = f"""
new MutationObserver((_, seen) => {{
  if (!document.querySelector("{LANE}")) return;
  seen.disconnect();
  requestAnimationFrame(() => performance.mark("{SHOWN}"));
}}).observe(document, {{ childList: true, subtree: true }});
"""


def first_page(town: Town) -> Iterator[Figure]:
    """Yield how much the first page loads, and after how long it is interactive."""
    with tempfile.TemporaryDirectory() as home, running(Path(home)) as browser:
        mesh = replayed(Path(home), town)
        yield Figure("the mesh", mesh.measures)
        told = {"XDG_STATE_HOME": home}
        with started(("--name", NAME), told) as (_, link):
            origin = link.partition("/enter")[0]
            context = browser.new_context(viewport={"width": 1280, "height": 800})
            context.set_default_timeout(PATIENCE * 3)
            context.add_init_script(WATCH)
            page = context.new_page()
            page.goto(link)  # the first look at the mesh is over then
            page.locator(LANE).first.wait_for()
            sizes, times = [], []
            for _ in range(TRIES):
                with _cold(page) as sent:
                    times.append(_interactive(browser, page, origin))
                sizes.append(sent)
            files, answers = sizes[0]["files"], sizes[0]["answers"]
            count = sizes[0]["count"]
            whole = f"{(files + answers) / 1000:.0f} KB, {files / 1000:.0f} of them the page itself"
            yield Figure("sent, as it is sent", f"{whole}, in {count} answers", "≤ 200 KB")
            every = ", ".join(f"{one:.0f}" for one in times)
            middle = f"{sorted(times)[TRIES // 2]:.0f} ms, the middle of {every}"
            yield Figure("interactive after", middle, "≤ 1000 ms")
            page.goto("about:blank")


@contextmanager
def _cold(page: Page) -> Iterator[dict[str, int]]:
    """Load as a browser that was never here does, and count what it is sent."""
    sent = {"files": 0, "answers": 0, "count": 0}
    protocol = page.context.new_cdp_session(page)
    paths: dict[str, str] = {}
    protocol.on("Network.requestWillBeSent", lambda one: paths.update(_path_of(one)))

    def finished(one: dict[str, Any]) -> None:
        kind = "answers" if "/api/" in paths.get(one["requestId"], "") else "files"
        sent[kind] += int(one["encodedDataLength"])
        sent["count"] += 1

    protocol.on("Network.loadingFinished", finished)
    protocol.send("Network.enable")
    protocol.send("Network.setCacheDisabled", {"cacheDisabled": True})
    yield sent
    protocol.detach()


def _path_of(one: dict[str, Any]) -> dict[str, str]:
    return {one["requestId"]: one["request"]["url"]}


def _interactive(browser: Browser, page: Page, origin: str) -> float:
    """Open the first page; return the milliseconds until it is interactive."""
    page.goto("about:blank")
    browser.start_tracing(page=page, categories=CATEGORIES)
    page.goto(f"{origin}/")
    page.locator(LANE).first.wait_for()
    page.wait_for_timeout(1000)
    events = json.loads(browser.stop_tracing())["traceEvents"]
    shown = next(one for one in events if one["name"] == SHOWN)
    begun = max(
        one["ts"]
        for one in events
        if one["name"] == "navigationStart" and one["ts"] < shown["ts"]
        if one["pid"] == shown["pid"]
    )
    long = [
        one["ts"] + one["dur"]
        for one in events
        if one["name"].endswith("::RunTask") and one.get("dur", 0) > LONG
        if (one["pid"], one["tid"]) == (shown["pid"], shown["tid"]) and one["ts"] >= begun
    ]
    return float(max([shown["ts"], *long]) - begun) / 1000


def lanes(town: Town) -> Iterator[Figure]:
    """Yield the longest tasks of a list of very many lanes."""
    with tempfile.TemporaryDirectory() as home, running(Path(home)) as browser:
        folder = Path(home) / "files"
        folder.mkdir()
        (folder / "mesh.yaml").write_text("".join(yaml_documents(town.objects())))
        yield Figure("the lanes", f"{town.lanes} in a group of {town.services} services")
        with console_of(folder, Path(home) / "state") as link:
            context = browser.new_context(viewport={"width": 1280, "height": 800})
            context.set_default_timeout(PATIENCE * 3)
            page = context.new_page()
            page.goto(link)
            page.locator(LANE).first.wait_for()
            origin = link.partition("/enter")[0]
            steps: dict[str, Callable[[Page], object]] = {
                "opened": lambda page: page.get_by_role("link", name="Lanes", exact=True).click(),
                "scrolled through": _scrolled,
                "filtered": lambda page: page.get_by_label("Filter").fill("lane-99"),
                "filter taken away": lambda page: page.get_by_label("Filter").fill(""),
            }
            page.goto(f"{origin}/namespaces")
            page.get_by_role("heading", level=1).wait_for()
            for name, step in steps.items():
                found = traced(browser, page, partial(_quiet, page, step))
                rows = page.locator("tbody tr").count()
                told = f"{found.longest_task}; {rows} rows are there"
                yield Figure(f"longest task, {name}", told, "≤ 200 ms")
            page.goto("about:blank")


def _scrolled(page: Page) -> None:
    for _ in range(60):
        page.mouse.wheel(0, 2_000)
        page.wait_for_timeout(30)


def _quiet(page: Page, step: Callable[[Page], object]) -> None:
    step(page)
    page.wait_for_timeout(300)
    page.locator(LANE).first.wait_for()
    page.wait_for_function("() => !document.querySelector('[aria-busy=true]')")
