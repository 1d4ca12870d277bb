"""Shares of lanes by sliders, with the keyboard, until they stand in the file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.consoles import console_of, copied

pytestmark = pytest.mark.browser


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a group that is entered by weights: 60, 30 and 10."""
    return copied("weighted-entry", tmp_path / "sample")


@pytest.fixture
def opened(folder: Path, tmp_path: Path, tab: Page) -> Iterator[Page]:
    """Give the page with the sliders open."""
    with console_of(folder, tmp_path / "home") as link:
        tab.goto(link)
        tab.get_by_role("button", name="Weights").click()
        yield tab
        tab.goto("about:blank")  # a page whose console is gone complains of that


def test_a_slider_moves_the_others_and_all_is_written(opened: Page, folder: Path) -> None:
    before = (folder / "lanes.yaml").read_text()
    slider = opened.get_by_role("slider", name="stable")
    slider.focus()
    for _ in range(4):
        opened.keyboard.press("ArrowLeft")
    shares = [opened.get_by_role("slider", name=lane).input_value() for lane in LANES]
    opened.get_by_role("button", name="Apply").click()
    expect(opened.get_by_role("status").filter(has_text="written to")).to_be_visible()

    assert shares == ["56", "33", "11"]
    after = (folder / "lanes.yaml").read_text()
    pairs = zip(("60", "30", "10"), shares, strict=True)
    for old, new in pairs:
        before = before.replace(f"weight: {old}\n", f"weight: {new}\n")
    assert after == before


def test_shares_that_do_not_add_up_are_told_and_cannot_be_applied(opened: Page) -> None:
    opened.get_by_label("Share of stable in percent").fill("70")

    expect(opened.get_by_text("They add up to 110 %")).to_be_visible()
    expect(opened.get_by_role("button", name="Apply")).to_be_disabled()


LANES = ("stable", "next", "canary")
