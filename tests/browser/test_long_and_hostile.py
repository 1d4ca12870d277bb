"""A thousand lanes in the list, a broken file, markup in names, which is text and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.consoles import console_of, copied

pytestmark = pytest.mark.browser
MANY = 1_000
LANE = """
---
apiVersion: istio.alibabacloud.com/v1
kind: ASMSwimLane
metadata:
  name: "{name}"
  labels: {{swimlane-group: "{group}"}}
spec:
  labelSelector: {{ASM_TRAFFIC_TAG: "{name}"}}
"""
MARKUP = "<img src=x onerror=alert(1)>"


@pytest.fixture
def opened(tmp_path: Path, tab: Page) -> Iterator[Page]:
    """Give the first page of a console that has very many lanes."""
    folder = copied("strict-lanes", tmp_path / "sample")
    more = [LANE.format(name=f"x{number}", group="test") for number in range(MANY)]
    more.append(LANE.format(name=MARKUP, group="<b>no</b>"))
    with (folder / "lanes.yaml").open("a") as lanes:
        lanes.write("".join(more))
    with console_of(folder, tmp_path / "home") as link:
        tab.goto(link)
        yield tab
        tab.goto("about:blank")  # a page whose console is gone complains of that


def test_of_a_thousand_lanes_those_near_the_screen_are_there(opened: Page) -> None:
    expect(opened.get_by_role("link", name="s1", exact=True)).to_be_visible()
    rows = opened.locator("tbody tr")
    assert rows.count() < MANY / 4
    last = opened.get_by_role("link", name=f"x{MANY - 1}", exact=True)
    while not last.count():
        opened.keyboard.press("End")
        opened.mouse.wheel(0, 3_000)
        opened.locator("[aria-busy]").first.wait_for(state="detached")

    assert rows.count() < MANY / 4


def test_markup_in_a_name_is_text(opened: Page) -> None:
    asked: list[str] = []
    opened.on("dialog", lambda dialog: asked.append(dialog.message))
    opened.get_by_label("Filter").fill("onerror")
    link = opened.get_by_role("link", name=MARKUP, exact=True)
    expect(link).to_be_visible()
    link.click()

    expect(opened.get_by_role("heading", level=1)).to_contain_text(MARKUP)
    assert opened.locator("main img").count() == 0
    assert asked == []


def test_a_file_that_is_broken_is_told_of_on_every_page_until_it_is_mended(
    tmp_path: Path, tab: Page
) -> None:
    folder = copied("strict-lanes", tmp_path / "sample")
    lanes = folder / "lanes.yaml"
    good = lanes.read_text()
    lanes.write_text(f"bad: [\n{good}")
    with console_of(folder, tmp_path / "home") as link:
        tab.goto(link)
        told = tab.get_by_text("Something may be missing from these pages")
        expect(told).to_contain_text("lanes.yaml:")
        expect(tab.get_by_text("No lane group was read.")).to_be_visible()
        tab.get_by_role("link", name="Proof").click()
        expect(told).to_be_visible()

        lanes.write_text(good)

        expect(told).to_have_count(0)
        tab.get_by_role("link", name="Lanes", exact=True).click()
        expect(tab.get_by_role("link", name="s1", exact=True)).to_be_visible()
        tab.goto("about:blank")
