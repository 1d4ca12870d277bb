"""Pictures of the console for the pages of docs, taken by the walk that is tested.

Comes in: a page as it is at a step of the walk. Goes out: PNG files in `docs/images/`, where
`LANEWAY_BLESS` is set; else nothing is written. A picture is a part of a page that tells something
at a glance, in light or dark, wide or as narrow as a phone. The folder of the test is shown as a
person's own, so that pictures say nothing of the machine they were taken on.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Locator, Page

FOLDER = Path(__file__).parents[2] / "docs" / "images"
IS_WANTED = "LANEWAY_BLESS" in os.environ
WIDE, NARROW = 1440, 360
Scheme = Literal["light", "dark"]
AT_HOME = """() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const home = (text) => text.replace(/\\/[^ ]*\\/(?=shop\\b)/g, "~/");
  while (texts.nextNode()) {
    const { currentNode: one } = texts, text = home(one.data);
    if (text !== one.data) one.data = text;
  }
}"""


def take(
    page: Page, name: str, height: int = 640, *, scheme: Scheme = "light", width: int = WIDE
) -> None:
    """Take a picture of the top of a page, so many CSS pixels of it."""
    if not IS_WANTED:
        return
    with seen_as(page, scheme, (width, height)):
        page.evaluate(AT_HOME)
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=FOLDER / f"{name}.png", animations="disabled", caret="hide")


@contextmanager
def seen_as(page: Page, scheme: Scheme, size: Sequence[int]) -> Iterator[None]:
    """Look at a page in other colors, through a window of another size."""
    before = page.viewport_size
    assert before is not None
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    settle(page.locator("body"))
    yield
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(before)


def settle(element: Locator) -> None:
    """Wait until an element was drawn anew."""
    element.evaluate("() => new Promise((drawn) => setTimeout(drawn, 400))")
