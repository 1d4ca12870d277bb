"""What Chromium's own trace says of a page: frames that were drawn, and the longest task.

Comes in: a page and something to do with it. Goes out: how long it took, `DrawFrame` events (a
frame that the compositor drew, https://chromedevtools.github.io/devtools-protocol/tot/Tracing/),
how long the longest gap between two of them was, the longest tasks of the page's main thread, and
what that thread and those that raster took of a core, which other programs cannot change.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from msgspec import Struct
from playwright.sync_api import Browser, Page

CATEGORIES = [
    "devtools.timeline",
    "disabled-by-default-devtools.timeline",
    "disabled-by-default-devtools.timeline.frame",
    "toplevel",
    "blink.user_timing",
]
MARK = "measured"


class Traced(Struct, frozen=True):
    """What was read from a trace, in milliseconds; tasks as they lasted and what they worked."""

    lasted: float
    frames: int
    longest_gap: float
    tasks: list[tuple[float, float]]
    main: float
    raster: float

    @property
    def frames_per_second(self) -> float:
        """Return frames drawn in each second."""
        return self.frames / self.lasted * 1000 if self.lasted else 0.0

    @property
    def cores(self) -> str:
        """Say what of a core the page took."""
        return f"{self.main / self.lasted:.0%} of a core, raster {self.raster / self.lasted:.0%}"

    @property
    def longest_task(self) -> str:
        """Say how long the page could answer nothing, and the most that any task worked."""
        lasted = max((one for one, _ in self.tasks), default=0.0)
        worked = max((one for _, one in self.tasks), default=0.0)
        return f"{lasted:.0f} ms, most work of one {worked:.0f} ms"


def traced(browser: Browser, page: Page, act: Callable[[], None]) -> Traced:
    """Do something with a page and read its trace; what is counted is between two marks."""
    browser.start_tracing(page=page, categories=CATEGORIES)
    page.evaluate(f"() => void performance.mark('{MARK}')")
    act()
    page.evaluate(f"() => void performance.mark('{MARK}')")
    events = json.loads(browser.stop_tracing())["traceEvents"]
    return _read(events)


def _read(events: list[dict[str, Any]]) -> Traced:
    marks = [one for one in events if one["name"] == MARK]
    begin, end = (float(one["ts"]) for one in marks)
    process, thread = marks[0]["pid"], marks[0]["tid"]
    inside = [one for one in events if begin <= one.get("ts", 0) <= end]
    frames = sorted(one["ts"] for one in inside if one["name"] == "DrawFrame")
    mine = [
        one
        for one in inside
        if one["name"].endswith("::RunTask") and (one["pid"], one["tid"]) == (process, thread)
        if "dur" in one  # without one it was under way when tracing ended
    ]
    raster = [one for one in inside if one["name"] == "RasterTask" and one["pid"] == process]
    gap = max((after - before for before, after in pairwise([begin, *frames, end])), default=0)
    return Traced(
        (end - begin) / 1000,
        len(frames),
        gap / 1000,
        [(one["dur"] / 1000, _busy([one])) for one in mine],
        _busy(mine),
        _busy(raster),
    )


def _busy(tasks: list[dict[str, Any]]) -> float:
    """Return how long a processor worked at tasks, in milliseconds."""
    return sum(float(one.get("tdur", 0)) for one in tasks) / 1000
