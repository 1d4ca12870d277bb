"""Chromium as this machine has it, driven through Playwright's own pipe.

Nothing comes in; a browser goes out, and pages that say what they complained of. Apart from the
fixtures, so that figures are measured in the very same browser. Playwright's wheel brings the
program that speaks to a browser, and no browser: Debian's is used (`./dev machine`).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.engines import EngineAbsentError

NAMES = ("chromium", "chromium-browser", "google-chrome-stable")
PATIENCE = 20_000
"""Milliseconds a page has for what it is asked, on a machine with other things to do."""


def installed() -> Path:
    """Return the path of this machine's Chromium."""
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    raise EngineAbsentError("there is no chromium: `./dev machine` installs it")


@contextmanager
def running(home: Path, *flags: str) -> Iterator[Browser]:
    """Start Chromium with a home of its own and end it.

    As long as it runs, the thread that started it counts as one with a running event loop: there
    `asyncio.run` refuses.
    """
    environment: dict[str, str | float | bool] = {
        "HOME": str(home),
        "PATH": "/usr/bin:/bin",
        "TZ": "UTC",
    }
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=installed(), args=list(flags), env=environment
        )
        yield browser
        browser.close()


class Faults:
    """What pages complained of: errors in their console, exceptions, what a policy refused."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def listen(self, context: BrowserContext) -> None:
        """Hear every page that a context has and will have."""
        context.on("console", self._console)
        context.on("weberror", lambda fault: self.heard.append(f"exception: {fault.error}"))
        context.on("page", lambda page: page.on("crash", self._crash))

    def forgive(self, words: str) -> None:
        """Take back each complaint with these words; one at least has to be there."""
        left = [one for one in self.heard if words not in one]
        assert len(left) < len(self.heard), f"nobody complained of {words!r}: {self.heard}"
        self.heard = left

    def _crash(self, page: Page) -> None:
        self.heard.append(f"crashed: {page.url}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.heard.append(f"{message.text} ({message.location.get('url', '')})")
