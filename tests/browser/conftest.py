"""What every test in a real browser stands on: one Chromium, contexts, no fault unheard.

`tab` is a page of a context of its own: no cookie and no storage of another test. Whatever it or a
window it opens writes as an error into its console fails the test: an exception, a file that is
not there, what the content security policy refused. A test that wants a refusal takes it back by
`faults.forgive("401")`. `tab.context.browser` makes further contexts, for a second person; have
`faults` listen to them.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.chromium import PATIENCE, Faults, installed, running
from tests.conftest import Had


@pytest.fixture(scope="package")
def chromium(had: Had, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Give the browser; it ends with the last test of this folder, and with it its event loop."""
    had(installed)
    expect.set_options(timeout=PATIENCE)
    with running(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


@pytest.fixture
def faults() -> Iterator[Faults]:
    """Give what pages complained of, which is nothing when the test ends."""
    faults = Faults()
    yield faults
    assert faults.heard == []


@pytest.fixture
def window(chromium: Browser, faults: Faults) -> Iterator[BrowserContext]:
    """Give a context of the browser: 1280 by 800, light, in English, UTC."""
    context = chromium.new_context(
        viewport={"width": 1280, "height": 800},
        color_scheme="light",
        locale="en-US",
        timezone_id="UTC",
    )
    context.set_default_timeout(PATIENCE)
    faults.listen(context)
    yield context
    context.close()


@pytest.fixture
def tab(window: BrowserContext) -> Page:
    """Give an empty page."""
    return window.new_page()
