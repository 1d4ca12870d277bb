"""Pages for people who do not point, who magnify, who have a phone, who read in the dark.

One console serves all of it. Each place is a page, or a page on which something was done by keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest
from msgspec import Struct
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from tests.browser.accessibility import LOOKING, axe_into, faults_for_people
from tests.browser.chromium import PATIENCE, Faults
from tests.browser.furnished import LONG, FurnishedConsole, furnished
from tests.console.work_trees import git

pytestmark = pytest.mark.browser
WIDE: ViewportSize = {"width": 1280, "height": 800}
TWICE: ViewportSize = {"width": 640, "height": 400}
"""A window of 1280 by 800 that is magnified twice."""
PHONE: ViewportSize = {"width": 360, "height": 740}
COLORS = "color-contrast"
ROUNDS = 3
GO = "path => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')); }"
Doing = Callable[["Visitor"], None]


class Visitor(Struct):
    """A browser that has come in, and stays on the one document that there is."""

    console: FurnishedConsole
    page: Page
    faults: Faults

    def see(self, path: str) -> None:
        """Go to a page and wait until all of it is there."""
        self.page.evaluate(GO, "/nowhere")
        self.page.evaluate(GO, path)
        self.page.get_by_role("heading", level=1).first.wait_for()
        self.settle()

    def settle(self) -> None:
        """Wait until nothing is on its way."""
        expect(self.page.locator("[aria-busy=true], .is-asked")).to_have_count(0)

    def look_as(self, window: ViewportSize, scheme: Literal["light", "dark"]) -> None:
        """Have a window of a size, and the colors that somebody prefers."""
        self.page.set_viewport_size(window)
        self.page.emulate_media(color_scheme=scheme)

    def press(self, one: Locator, *keys: str) -> None:
        """Press keys at an element, Enter unless told otherwise."""
        one.focus()
        for key in keys or ("Enter",):
            self.page.keyboard.press(key)

    def button(self, name: str, within: str = "main") -> None:
        """Press a button by Enter."""
        place = self.page.locator(within)
        self.press(place.get_by_role("button", name=name, exact=True, disabled=False).first)

    def is_told(self, words: str) -> None:
        """Wait until something is said to who sees and to who hears."""
        told = self.page.locator("[role=status], div[aria-live=polite]:not(.preview)")
        expect(told.filter(has_text=words).last).to_be_visible()
        self.settle()


@pytest.fixture(scope="module")
def everywhere(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """Give a visitor of a console on which everything can be done."""
    with furnished(tmp_path_factory.mktemp("furnished")) as console:
        context = chromium.new_context(viewport=WIDE, color_scheme="light", locale="en-US")
        context.set_default_timeout(PATIENCE)
        context.add_init_script(path=LOOKING)
        faults = Faults()
        faults.listen(context)
        page = context.new_page()
        page.goto(console.link())
        axe_into(page)
        yield Visitor(console, page, faults)
        page.goto("about:blank")  # a page whose console is gone complains of that
        context.close()


@pytest.fixture
def visitor(everywhere: Visitor) -> Iterator[Visitor]:
    """Give the visitor with a wide window in the light, in front of a mesh."""
    everywhere.console.is_a("mesh")
    everywhere.look_as(WIDE, "light")
    yield everywhere
    heard, everywhere.faults.heard = everywhere.faults.heard, []
    assert heard == []


PLACES: dict[str, str] = {
    "lanes": "/",
    "lanes found": "/?filter=s1",
    "no lane found": "/?filter=nobody",
    "new group": "/groups/new",
    "permissive group": "/groups/test/edit",
    "weighted group": "/groups/release/edit",
    "new lane": "/lanes/new?group=test",
    "lane": "/lanes/s1/edit",
    "rules": "/lanes/s1/rules",
    "no rules": "/lanes/stable/rules",
    "rule": "/lanes/s1/rules/0",
    "new rule": "/lanes/s2/rules/new",
    "topology": "/topology",
    "explain": "/explain?request=GET%20/mock%0Ax-asm-prefer-tag:%20s2",
    "doctor": "/doctor",
    "proof": "/proof",
    "cost": "/cost",
    "sync": "/sync",
    "release": "/release",
    "resources": "/resources",
    "resource": "/resources/ASMSwimLane/-/s1?line=30",
    "resource with a long name": f"/resources/ASMSwimLane/-/{LONG}",
    "namespaces": "/namespaces",
    "a page that is not there": "/lane",
}


@pytest.mark.parametrize("place", PLACES)
def test_page_is_for_everybody(visitor: Visitor, place: str) -> None:
    visitor.see(PLACES[place])
    look(visitor, in_the_dark=True)


def test_tab_comes_to_the_frame_of_all_pages_first_of_all_to_what_skips_it(
    visitor: Visitor,
) -> None:
    visitor.see("/nowhere")

    assert unreached(visitor.page, within="") == []
    visitor.look_as(WIDE, "dark")
    assert faults_for_people(visitor.page, rules=[COLORS]) == []
    visitor.press(visitor.page.get_by_role("link", name="Skip to content"))
    expect(visitor.page.locator("#content")).to_be_focused()


def test_a_group_is_made_with_a_service_that_was_moved_in_spite_of_an_error(
    visitor: Visitor,
) -> None:
    page, file = visitor.page, visitor.console.folder / "by-keys.yaml"
    visitor.see("/groups/new")
    visitor.press(page.get_by_label("File", exact=True), "Control+a")
    page.keyboard.type(str(file))
    visitor.press(page.get_by_label("Services", exact=True), "Home", "Enter")
    selected = page.get_by_label("Selected", exact=True)
    expect(selected).to_have_text("spare (shop)")
    visitor.press(selected, "Home")
    visitor.button("Move out of selected")
    expect(page.get_by_role("button", name="Move out of selected")).to_be_focused()
    visitor.press(page.get_by_label("Services", exact=True), "Home", "Enter")
    page.get_by_label("Name of swim lane group").focus()
    page.keyboard.type("by-keys")
    expect(page.get_by_label("YAML")).to_contain_text("by-keys")
    visitor.settle()
    page.keyboard.press("Enter")
    visitor.press(page.get_by_label("Write it in spite of the error"), "Space")
    visitor.button("Apply")
    visitor.is_told("Create lane group by-keys")

    assert "name: spare" in file.read_text()


@contextmanager
def edited(file: Path, old: str, new: str) -> Iterator[None]:
    """Have a file say something else for a while."""
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    yield
    file.write_text(text)


def test_programs_that_lose_the_lane_are_told_and_may_be_taken_to_keep_it(
    visitor: Visitor,
) -> None:
    page, folder = visitor.page, visitor.console.folder / "default"
    labels = "        app: mockb\n        ASM_TRAFFIC_TAG: v1\n    spec:"
    said = labels.replace(
        "    spec:", "      annotations: {laneway.dev/sdks: sentry-python}\n    spec:"
    )
    by_header, by_baggage = "traceHeader: x-asm-prefer-tag", "traceHeader: baggage"
    with (
        edited(folder / "lanes.yaml", by_header, by_baggage),
        edited(folder / "mock-v1.yaml", labels, said),
    ):
        visitor.see("/")
        visitor.press(page.get_by_text("programs have to pass the lane on, by baggage"))
        expect(page.get_by_role("cell", name="laneway.dev/sdks: sentry-python")).to_be_visible()
        look(visitor, in_the_dark=True)
        visitor.see("/explain?request=GET%20/mock%0Ax-asm-prefer-tag:%20s2")
        told = page.get_by_text("are taken to forget the lane")
        expect(told).to_be_visible()
        look(visitor)
        visitor.press(page.get_by_label("Every program passes the lane on"), "Space")
        visitor.button("Explain")
        expect(told).to_have_count(0)
    visitor.settle()


def test_a_mistake_is_where_one_is_when_it_was_applied(visitor: Visitor) -> None:
    visitor.see("/lanes/new?group=test")
    visitor.page.get_by_label("Swimlane Name").focus()
    visitor.page.keyboard.type("No Name")
    visitor.settle()
    visitor.button("Apply")
    expect(visitor.page.get_by_label("Swimlane Name")).to_be_focused()

    look(visitor)


def test_a_stand_in_is_added_and_what_it_changes_is_told_by_field(visitor: Visitor) -> None:
    page, file = visitor.page, visitor.console.folder / "default" / "lanes.yaml"
    visitor.see("/groups/test/edit")
    visitor.press(page.get_by_label("Service to stand in at"), "ArrowDown", "ArrowDown")
    visitor.button("Add a stand-in")
    expect(page.get_by_label("Stands in at default/mockc", exact=True)).to_be_focused()
    page.keyboard.type("s2")
    changed = page.locator(".changed").filter(has_text="VirtualService default/")
    expect(changed.locator(".fields")).to_contain_text("destination.subset: was s1 → will be s2")
    look(visitor)
    visitor.button("Apply")
    visitor.is_told("Change lane group test")

    assert "      default/mockc: s2\n" in file.read_text()


def test_the_header_that_was_filled_in_is_taken_away(visitor: Visitor) -> None:
    page = visitor.page
    visitor.see("/lanes/next/rules/new")
    yaml = page.get_by_label("YAML")
    expect(yaml).to_contain_text("x-asm-prefer-tag")
    visitor.press(page.get_by_label("Take header x-asm-prefer-tag away"))
    expect(page.get_by_role("button", name="Add a header")).to_be_focused()
    expect(yaml).not_to_contain_text("x-asm-prefer-tag")
    page.get_by_label("Content", exact=True).focus()
    page.keyboard.type("/next")
    expect(yaml).to_contain_text("/next")
    visitor.settle()
    page.keyboard.press("Enter")
    visitor.is_told("written to")

    text = (visitor.console.folder / "shop" / "lanes.yaml").read_text()
    assert "exact: /next" in text
    assert "x-asm-prefer-tag" not in text


def test_shares_are_moved(visitor: Visitor) -> None:
    page = visitor.page
    visitor.see("/")
    visitor.button("Weights")
    visitor.press(page.get_by_role("slider", name="stable"), *["ArrowLeft"] * 4)
    expect(page.get_by_role("slider", name="stable")).to_have_value("56")
    visitor.settle()
    look(visitor)
    visitor.button("Apply")
    visitor.is_told("written to")

    assert "weight: 56\n" in (visitor.console.folder / "shop" / "lanes.yaml").read_text()


def test_a_lane_is_removed_once_somebody_said_so(visitor: Visitor) -> None:
    page = visitor.page
    visitor.see("/?filter=s3")
    visitor.button("Remove")
    expect(page.locator("dialog :focus")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Remove")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("dialog")).to_contain_text("will change")
    visitor.settle()
    look(visitor)
    visitor.button("Remove", within="dialog")
    visitor.is_told("Remove lane s3")
    expect(page.locator("#content")).to_be_focused()

    assert "name: s3" not in (visitor.console.folder / "default" / "lanes.yaml").read_text()


def test_a_hundred_requests_are_sent(visitor: Visitor) -> None:
    visitor.see("/")
    visitor.button("Send 100")
    visitor.is_told("100 requests sent")
    expect(visitor.page.get_by_role("button", name="Send 100").first).to_be_focused()
    look(visitor)


def test_what_may_change_something_is_sent_once_somebody_said_so(visitor: Visitor) -> None:
    visitor.see("/explain?request=POST%20/mock%0Ax-asm-prefer-tag:%20s2")
    visitor.button("Send it")
    expect(visitor.page.locator("dialog")).to_contain_text("POST may change something")
    look(visitor)
    visitor.button("Send it", within="dialog")
    visitor.is_told("1 request sent")


def test_a_lane_is_picked_in_the_topology_and_its_table(visitor: Visitor) -> None:
    page = visitor.page
    visitor.see("/topology")
    visitor.press(page.locator('button[data-lane="s2"]'), "Space")
    expect(page.locator(".topology-sheet svg.fading")).to_have_count(1)
    visitor.button("Table")
    expect(page.get_by_role("table")).to_be_visible()
    look(visitor)


def test_why_rates_are_unknown_is_said_beside_the_topology(visitor: Visitor) -> None:
    visitor.see("/topology")
    counting = visitor.console.ground.traffic
    counting.why = "A proxy is not asked."
    visitor.is_told(counting.why)
    look(visitor)
    counting.why = ""
    expect(visitor.page.get_by_text("A proxy is not asked.")).to_have_count(0)


def test_a_release_is_paused_goes_on_and_ends(visitor: Visitor) -> None:
    page = visitor.page
    git(visitor.console.folder, "commit", "--quiet", "--allow-empty", "--all", "--message", "Edits")
    visitor.see("/release")
    for words, after in (("Pause", "paused"), ("Resume", "running"), ("Abort", "aborted")):
        visitor.button(words)
        expect(page.locator("dialog")).to_be_visible()
        if words == "Pause":
            look(visitor)
        visitor.button(words, within="dialog")
        expect(page.locator(".card .badge").first).to_have_text(after)


def test_a_repository_is_synced(visitor: Visitor) -> None:
    visitor.see("/sync")
    visitor.press(visitor.page.get_by_label("Prune what the commit lacks"), "Space")
    visitor.button("Sync now")
    visitor.is_told("The repository was asked")

    assert visitor.console.ground.repository.pruned == [True]


def test_injection_is_switched_once_somebody_said_so(visitor: Visitor) -> None:
    visitor.console.is_a("cluster")
    visitor.page.reload()
    visitor.see("/namespaces")
    visitor.button("Enable Automatic Sidecar Injection")
    expect(visitor.page.locator("dialog")).to_be_visible()
    look(visitor)
    visitor.button("OK", within="dialog")
    visitor.is_told("Pods that run keep what they have")

    assert visitor.console.ground.injection == {"shop": True}


def test_a_page_whose_console_went_says_so_and_comes_back(visitor: Visitor) -> None:
    page = visitor.page
    visitor.see("/")
    page.reload()
    visitor.see("/cost")
    visitor.see("/proof")
    visitor.console.stop()
    visitor.is_told("The console does not answer")
    page.evaluate(GO, "/cost")
    expect(page.get_by_role("alert")).to_contain_text("The console does not answer")
    look(visitor)
    page.evaluate(GO, "/namespaces")
    expect(page.get_by_role("alert")).to_contain_text("This page is loaded once it does")
    page.wait_for_timeout(max(0, 5_000 - page.evaluate("performance.now()")))
    visitor.console.start()
    expect(page.get_by_role("table")).to_contain_text("shop")
    expect(page.get_by_text("The console does not answer")).to_have_count(0)

    visitor.faults.forgive("net::ERR_")


def look(visitor: Visitor, *, in_the_dark: bool = False) -> None:
    """Look at what is shown in every way, and reach all of it by Tab.

    Colors are those of a page: what is done on it is not looked at in the dark once more.
    """
    page = visitor.page
    told = {"wide": faults_for_people(page) + lost(page), "keys": unreached(page)}
    if in_the_dark:
        page.emulate_media(color_scheme="dark")
        told["dark"] = faults_for_people(page, "main", rules=[COLORS])
    page.set_viewport_size(TWICE)
    told["twice"] = lost(page)
    page.set_viewport_size(PHONE)
    told["phone"] = faults_for_people(page, but=[COLORS]) + lost(page)
    visitor.look_as(WIDE, "light")
    assert {way: found for way, found in told.items() if found} == {}


def lost(page: Page) -> list[str]:
    """Return what is cut off, beside the window, or on each other."""
    found: list[str] = page.evaluate("looking.lost()")
    return found


def unreached(page: Page, within: str = "main") -> list[str]:
    """Go through a page by Tab and return what was missed; rows come while one goes on."""
    page.evaluate("within => looking.begin(within)", within)
    found: list[str] = []
    for _ in range(ROUNDS):
        for _ in range(page.evaluate("looking.stops().length") + 2):
            page.keyboard.press("Tab")
        found = page.evaluate("looking.unreached()")
        if not found:
            break
    return found
