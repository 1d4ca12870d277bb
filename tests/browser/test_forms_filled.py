"""Forms in a real browser, on files alone: by keyboard, with mistakes, beside somebody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.clicks import make_group
from tests.browser.consoles import EXAMPLES, console_of, copied

pytestmark = pytest.mark.browser
FRAME = 800
LATE = f"""
const later = setTimeout;
requestAnimationFrame = (call) => later(() => call(performance.now()), {FRAME});
setTimeout = (call, wait = 0, ...words) => later(call, Math.max(wait, {FRAME}), ...words);
"""
"""A machine that is so busy that whatever follows a drawing, in milliseconds, comes late."""
AWAY = """
const listen = window.addEventListener;
window.addEventListener = function (kind, ...rest) {
  if (kind === "popstate") {
    window.addEventListener = listen;
    history.pushState(null, "", "/namespaces");
    dispatchEvent(new PopStateEvent("popstate"));
  }
  return listen.call(this, kind, ...rest);
};
"""
"""Somebody who goes to another page before the first one listens."""
WRITTEN = (EXAMPLES / "strict-lanes" / "lanes.yaml").read_bytes()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give the sample's services without their lanes."""
    return copied("strict-lanes", tmp_path / "sample", "lanes.yaml")


@pytest.fixture
def opened(folder: Path, tmp_path: Path, tab: Page) -> Iterator[Page]:
    """Give a page that has come in."""
    with console_of(folder, tmp_path / "home") as link:
        tab.goto(link)
        yield tab
        tab.goto("about:blank")  # a page whose console is gone complains of that


def test_a_lane_is_made_by_keyboard_alone_and_applied_before_it_is_known_what_it_becomes(
    opened: Page, folder: Path
) -> None:
    make_group(opened)
    opened.get_by_role("link", name="Create swimlanes").focus()
    opened.keyboard.press("Enter")
    opened.get_by_label("Swimlane Name").focus()
    opened.keyboard.type("s1")
    opened.keyboard.press("Tab")
    opened.keyboard.press("Tab")
    opened.keyboard.type("ASM_TRAFFIC_TAG")
    opened.keyboard.press("Tab")
    opened.keyboard.type("v1")
    opened.keyboard.press("Enter")
    expect(opened.get_by_role("status").filter(has_text="Create lane s1")).to_be_visible()

    assert "ASM_TRAFFIC_TAG: v1" in (folder / "lanes.yaml").read_text()


def test_a_mistake_is_told_at_its_field_and_nothing_is_written(opened: Page, folder: Path) -> None:
    make_group(opened)
    before = (folder / "lanes.yaml").read_bytes()
    opened.get_by_role("link", name="Create swimlanes").click()
    name = opened.get_by_label("Swimlane Name")
    name.fill("S 1")
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(opened.locator("#name-told")).to_contain_text("is not a DNS label")
    opened.get_by_role("button", name="Apply").click()
    expect(name).to_be_focused()

    assert (folder / "lanes.yaml").read_bytes() == before


def test_routes_that_are_ready_are_no_promise_of_programs(tmp_path: Path, tab: Page) -> None:
    folder = copied("permissive-lanes", tmp_path / "sample")
    with console_of(folder, tmp_path / "home") as link:
        tab.goto(link)
        expect(tab.get_by_text("programs have to pass the lane on")).to_be_visible()
        expect(tab.get_by_text("routes ready")).to_have_class("badge plain")
        tab.goto("about:blank")


def test_what_somebody_else_changed_is_shown_and_can_be_taken(opened: Page, folder: Path) -> None:
    (folder / "lanes.yaml").write_bytes(WRITTEN)
    opened.goto(opened.url.split("/enter")[0])
    row = opened.get_by_role("row").filter(has=opened.get_by_role("link", name="s1"))
    row.get_by_role("link", name="Edit").click()
    value = opened.get_by_label("Label value")
    expect(value).to_have_value("v1")
    by_hand = WRITTEN.replace(b"ASM_TRAFFIC_TAG: v1", b"ASM_TRAFFIC_TAG: v9   # by hand")
    (folder / "lanes.yaml").write_bytes(by_hand)
    value.fill("v3")
    expect(opened.get_by_role("alert")).to_contain_text("lane s1 is another by now")
    opened.get_by_role("button", name="Take what is there now").click()

    expect(value).to_have_value("v9")
    assert (folder / "lanes.yaml").read_bytes() == by_hand


def test_a_share_that_is_moved_as_soon_as_it_is_drawn_stays_moved(
    tmp_path: Path, tab: Page
) -> None:
    tab.add_init_script(LATE)
    with console_of(copied("weighted-entry", tmp_path / "sample"), tmp_path / "home") as link:
        tab.goto(link)
        tab.get_by_role("button", name="Weights").click()
        slider = tab.get_by_role("slider").first
        before = int(slider.input_value())
        slider.press("ArrowLeft")
        tab.wait_for_timeout(2 * FRAME)  # what follows the drawing is over
        expect(slider).to_have_value(str(before - 1))
        tab.goto("about:blank")


def test_a_page_that_is_gone_to_before_the_first_one_listens_is_shown(
    folder: Path, tmp_path: Path, tab: Page
) -> None:
    tab.add_init_script(AWAY)
    with console_of(folder, tmp_path / "home") as link:
        tab.goto(link)
        expect(tab.get_by_role("heading", name="Namespaces", level=1)).to_be_visible()
        tab.goto("about:blank")
