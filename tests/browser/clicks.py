"""What a person clicks to make groups, lanes and entry rules, as the first seed says it.

Comes in: a page of the console. Goes out: nothing; what was typed is applied when these return.
"""

from __future__ import annotations

from playwright.sync_api import Page, expect


def make_group(page: Page) -> None:
    """Make the seed's group."""
    fill_group(page)
    apply(page)


def fill_group(page: Page) -> None:
    """Fill in the seed's group: its name, its gateway, its services moved to the selected ones."""
    page.get_by_role("link", name="Create Swimlane Group").click()
    page.get_by_label("Name of swim lane group").fill("test")
    expect(page.get_by_label("Entrance gateway")).to_have_value("istio-system/ingressgateway")
    page.get_by_label("Namespace", exact=True).select_option("default")
    page.get_by_label("Services", exact=True).select_option(
        ["default/mocka", "default/mockb", "default/mockc"]
    )
    page.get_by_role("button", name="Move to selected").click()


def make_lane(page: Page, name: str, tag: str) -> None:
    """Make a lane of the group: the label is filled in."""
    page.get_by_role("link", name="Create swimlanes").click()
    page.get_by_label("Swimlane Name").fill(name)
    expect(page.get_by_label("Label name")).to_have_value("ASM_TRAFFIC_TAG")
    page.get_by_label("Label value").fill(tag)
    expect(page.get_by_text("has such pods")).to_have_count(3)
    apply(page)


def add_rule(page: Page, lane: str) -> None:
    """Add the seed's entry rule to a lane."""
    fill_rule(page, lane)
    apply(page)
    page.get_by_role("link", name="Lanes", exact=True).click()


def fill_rule(page: Page, lane: str) -> None:
    """Fill in the seed's entry rule of a lane: all but the path is there."""
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name=lane))
    row.get_by_role("link", name="Entry rules").click()
    page.get_by_role("link", name="Add drainage rule").click()
    expect(page.get_by_label("Ingress service")).to_have_value("mocka.default.svc.cluster.local")
    expect(page.get_by_label("Realm name")).to_have_value("*")
    expect(page.get_by_label("Value of header 1")).to_have_value(lane)
    page.get_by_label("Content", exact=True).fill("/mock")


def apply(page: Page) -> None:
    """Apply a form, once it is known what it becomes."""
    looked_through(page)
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("button", name="Apply")).to_have_count(0)


def looked_through(page: Page) -> None:
    """Wait until it is known what a form becomes."""
    expect(page.get_by_label("What it becomes").get_by_label("YAML")).to_be_visible()
    expect(page.locator(".is-asked")).to_have_count(0)
