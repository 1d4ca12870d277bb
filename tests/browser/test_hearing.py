"""The browser under the tests: faults of a page are heard, and policies hold in it."""

import asyncio

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.accessibility import LOOKING, faults_for_people
from tests.browser.chromium import Faults
from tests.browser.serving import PLACE, serve

pytestmark = pytest.mark.browser


def page_of(body: str) -> str:
    return f"<!doctype html><html lang=en><title>A page</title><main><h1>A</h1>{body}</main>"


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("<p style='color:red'>red</p>", "style-src"),
        ("<script>document.title = 'run'</script>", "script-src"),
        ("<script type=module src=absent.js></script>", "404"),
        ("<script type=module src=throws.js></script>", "on purpose"),
        ("<script type=module src=says.js></script>", "says an error"),
    ],
)
def test_a_fault_of_a_page_is_heard(
    window: BrowserContext, tab: Page, faults: Faults, body: str, complaint: str
) -> None:
    scripts = {
        "/throws.js": "throw new Error('on purpose')",
        "/says.js": "console.error('says an error')",
    }
    serve(window, scripts | {"/page": page_of(body)})

    tab.goto(f"{PLACE}/page")
    tab.wait_for_load_state("networkidle")

    faults.forgive(complaint)
    assert tab.title() == "A page"


def test_a_fault_in_a_second_window_is_heard(
    window: BrowserContext, tab: Page, faults: Faults
) -> None:
    serve(window, {"/page": page_of(""), "/other": page_of("<p style='color:red'>red</p>")})
    tab.goto(f"{PLACE}/page")

    with tab.expect_popup() as opened:
        tab.evaluate("void window.open('/other')")
    opened.value.wait_for_url(f"{PLACE}/other")
    opened.value.locator("p").wait_for()

    faults.forgive("style-src")


def test_a_picture_without_words_is_a_fault_and_a_heading_is_none(
    window: BrowserContext, tab: Page
) -> None:
    picture = "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>"
    serve(window, {"/bad": page_of(picture), "/good": page_of("<p>words</p>")})

    tab.goto(f"{PLACE}/bad")
    assert [one.partition(":")[0] for one in faults_for_people(tab)] == ["image-alt"]
    tab.goto(f"{PLACE}/good")
    assert faults_for_people(tab) == []


LOSING = """
<link rel="stylesheet" href="/losing.css"><script type="module" src="/deaf.js"></script>
<p class="cut">words that are longer than their place</p><p class="beside">far away</p>
<p class="under">one</p><p class="over">upon another</p>
<a href="/" class="ringless">here</a><span class="deaf">press me</span>
<div class="scrolls" tabindex="0">words that one can scroll to</div>"""
LOSING_STYLE = """
p, div { white-space: nowrap; width: 8rem; }
.cut { overflow: hidden; } .scrolls { overflow: auto; }
.beside { position: fixed; left: 99rem; } .over { margin-top: -2.2rem; }
.ringless:focus { outline: none; }"""


def test_what_cannot_be_seen_or_reached_is_told(window: BrowserContext, tab: Page) -> None:
    texts = {
        "/page": page_of(LOSING),
        "/losing.css": LOSING_STYLE,
        "/deaf.js": "document.querySelector('.deaf').addEventListener('click', () => {})",
    }
    serve(window, texts)
    tab.add_init_script(path=LOOKING)
    tab.goto(f"{PLACE}/page")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Tab")

    lost = [one.partition(":")[0] for one in tab.evaluate("looking.lost()")]
    assert sorted(set(lost)) == ["beside the window", "cut off", "on each other"]
    deaf, silent = sorted(tab.evaluate("looking.unreached()"))
    assert deaf.startswith("for pointers only: <span")
    assert silent.startswith("without a ring: <a")
    tab.evaluate("looking.begin()")
    assert "not reached: <a" in tab.evaluate("looking.unreached()")[0]


def test_a_test_meets_no_cookie_and_no_storage_of_another(
    chromium: Browser, window: BrowserContext, tab: Page
) -> None:
    serve(window, {"/page": page_of("")})
    with_cookie = chromium.new_context()
    serve(with_cookie, {"/page": page_of("")})
    page = with_cookie.new_page()
    page.goto(f"{PLACE}/page")
    page.evaluate("document.cookie = 'a=b'; localStorage.a = 'b'")

    tab.goto(f"{PLACE}/page")

    assert tab.evaluate("[document.cookie, localStorage.length]") == ["", 0]
    with_cookie.close()


def test_an_event_loop_cannot_be_run_beside_the_browser_in_one_thread(tab: Page) -> None:
    """What the fixture's text says: a server of a test runs in a thread or process of its own."""

    async def nothing() -> None:
        """Do nothing."""

    coroutine = nothing()
    with pytest.raises(RuntimeError):
        asyncio.run(coroutine)
    coroutine.close()
    assert tab.url == "about:blank"
