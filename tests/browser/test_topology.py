"""The drawing of the topology: what is picked, folded, found, walked and said, in real Chromium."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.chromium import PATIENCE, Faults
from tests.browser.graphs import Plain, Town, traffic
from tests.browser.serving import PLACE, serve

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Topology</title>
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/style.css">
<link rel="stylesheet" href="/topology/topology.css">
<main><h1>Topology</h1><div id="there"></div></main>
<script type="module" src="/start.js"></script>"""
START = """
import { showTopology } from "/topology/topology.js";
window.show = (graph, told) => {
  window.topology?.destroy();
  Object.assign(window, { picks: [], asked: [], past: null });
  window.topology = showTopology(document.getElementById("there"), {
    download: "/api/v1/topology.svg",
    picked: (what) => picks.push(what),
    frame: async (second) => { asked.push(second); return past; },
  });
  topology.graph(graph);
};
"""
SMALL = Town(3, 3, 3)
MIDDLE = Town(20, 4, 3, 3)
Shown = Callable[..., Page]


@pytest.fixture(scope="module")
def opened(chromium: Browser) -> Iterator[tuple[Page, Faults]]:
    """Give one page for all tests of this file, and what it complains of."""
    context, faults = chromium.new_context(locale="en-US", timezone_id="UTC"), Faults()
    context.set_default_timeout(PATIENCE)
    faults.listen(context)
    serve(context, {"/page": PAGE, "/start.js": START})
    page = context.new_page()
    page.goto(f"{PLACE}/page")
    page.wait_for_function("() => window.show")
    yield page, faults
    context.close()


@pytest.fixture
def shown(opened: tuple[Page, Faults]) -> Iterator[Shown]:
    """Return what shows a graph anew, and traffic if there is some; no complaint is left."""
    page, faults = opened

    def show(graph: Plain, told: Plain | None = None) -> Page:
        page.set_viewport_size({"width": 1280, "height": 800})
        page.emulate_media(color_scheme="light")
        page.evaluate("graph => show(graph)", graph)
        page.locator("svg[data-settled]").wait_for(state="attached")
        if told:
            page.evaluate("told => topology.traffic(told)", told)
        return page

    yield show
    assert faults.heard == []


def item(page: Page, name: str) -> Locator:
    return page.locator(f'.item[data-id="{name}"]')


def ids(page: Page, what: str) -> set[str]:
    found: list[str] = page.locator(what).evaluate_all("all => all.map((one) => one.dataset.id)")
    return set(found)


def test_a_picked_lane_stands_out_and_the_rest_fades(shown: Shown) -> None:
    page = shown(SMALL.graph())

    page.locator('button[data-lane="lane-1"]').click()

    assert ids(page, ".node.on") == {"gateway"} | {
        f"{name}@lane-1" for name in ("cart-0", "orders-1", "payment-2")
    }
    path = ids(page, ".edge.on")
    assert path == {edge["id"] for edge in SMALL.graph()["edges"] if edge["lanes"] == ["lane-1"]}
    assert item(page, "cart-0@lane-2").locator(".frame").evaluate(FADED)
    assert not item(page, "cart-0@lane-1").locator(".frame").evaluate(FADED)
    assert page.evaluate("picks") == [{"kind": "lane", "name": "lane-1"}]
    page.keyboard.press("Escape")
    expect(page.locator(".topology-sheet svg.fading")).to_have_count(0)


FADED = "one => Number(getComputedStyle(one).strokeOpacity) < 0.5"


def test_a_picked_node_shows_its_callers_and_whom_it_calls(shown: Shown) -> None:
    page = shown(SMALL.graph(), traffic(SMALL.graph()))

    item(page, "orders-1@lane-1").click()

    assert ids(page, ".node.on") == {"cart-0@lane-1", "orders-1@lane-1", "payment-2@lane-1"}
    details = page.get_by_role("complementary", name="What is picked")
    assert details.get_by_role("listitem").all_inner_texts() == [
        *rated(page, "cart-0 · lane-1"),
        *rated(page, "payment-2 · lane-1"),
    ]
    details.get_by_role("button", name="payment-2 · lane-1").click()
    assert item(page, "payment-2@lane-1").get_attribute("aria-pressed") == "true"


def rated(page: Page, name: str) -> list[str]:
    """Return the line of the details with a name, which has a rate behind it."""
    lines = page.locator(".topology-details li").all_inner_texts()
    return [one for one in lines if re.fullmatch(rf"{re.escape(name)}\s*[\d.]+/s( ✕)?", one)]


def test_the_keyboard_follows_calls_and_picks(shown: Shown) -> None:
    page = shown(SMALL.graph())
    here = "document.activeElement.dataset.id"

    page.locator(".topology-stage").focus()
    page.keyboard.press("Enter")
    walked = [page.evaluate(here)]
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"):
        page.keyboard.press(key)
        walked.append(page.evaluate(here))
    page.keyboard.press("Enter")

    middle = walked[1].partition("@")[2]
    assert walked[0] == "gateway"
    assert walked[1:3] == [f"cart-0@{middle}", f"orders-1@{middle}"]
    assert walked[3].startswith("orders-1@")
    assert walked[3] != walked[2]
    assert walked[4] == walked[3].replace("orders-1", "cart-0")
    assert page.evaluate("picks.at(-1)") == {"kind": "node", "id": walked[5]}
    ring = item(page, walked[5]).locator(".frame").evaluate("one => getComputedStyle(one).stroke")
    other = item(page, "gateway").locator(".frame").evaluate("one => getComputedStyle(one).stroke")
    assert ring != other


def test_tab_goes_into_the_picture_and_out_of_it(shown: Shown) -> None:
    page = shown(MIDDLE.graph())

    page.locator(".topology-stage").focus()
    page.keyboard.press("Tab")
    inside = page.evaluate("document.activeElement.dataset.id")
    page.keyboard.press("Tab")

    assert inside == "gateway"
    assert page.evaluate("document.activeElement.textContent") == "+"


def test_a_node_that_has_the_focus_is_in_view(shown: Shown) -> None:
    page = shown(MIDDLE.graph())
    page.locator(".topology-stage").focus()
    page.keyboard.press("Enter")
    for _ in range(9):
        page.keyboard.press("+")
    for _ in range(3):
        page.keyboard.press("ArrowRight")

    focused = page.locator(".item:focus")
    expect(focused).to_be_in_viewport(ratio=0.9)


def test_keys_move_the_picture_and_zero_shows_all_of_it(shown: Shown) -> None:
    page = shown(MIDDLE.graph())
    page.wait_for_function(AT_REST)
    first = page.evaluate(PLACE_OF_SHEET)

    page.locator(".topology-stage").focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("was => topologyPlace() !== was", arg=first)
    page.keyboard.press("+")
    page.keyboard.press("0")

    page.wait_for_function("was => topologyPlace() === was", arg=first)


PLACE_OF_SHEET = """() => {
  const sheet = document.querySelector(".topology-sheet svg");
  window.topologyPlace = () => JSON.stringify(
    Object.values(sheet.getBoundingClientRect().toJSON()).map(Math.round));
  return topologyPlace();
}"""
AT_REST = "() => document.querySelector('.topology-sheet').getAnimations().length === 0"


def test_a_folded_namespace_is_a_box_with_counts_and_its_calls_are_summed(shown: Shown) -> None:
    graph = MIDDLE.graph()
    told = traffic(graph)
    page = shown(graph, told)
    inside = {node["id"] for node in graph["nodes"] if node["namespace"] == "team-1"}
    services = {node["name"] for node in graph["nodes"] if node["id"] in inside}

    page.locator('button[data-space="team-1"]').click()

    box = item(page, "namespace:team-1")
    box.wait_for()
    assert f"{len(inside)} versions, {len(services)} services" in (
        box.get_attribute("aria-label") or ""
    )
    assert not ids(page, ".node") & inside
    page.get_by_role("button", name="Table").click()
    summed = [
        edge
        for edge in graph["edges"]
        if edge["from"] == "cart-0@lane-0" and edge["to"] in inside and edge["kind"] == "route"
    ]
    rate = sum(told["edges"][edge["id"]]["rate"] for edge in summed)
    row = page.locator('tr[data-id="cart-0@lane-0>namespace:team-1:route"] td.number').first
    expect(row).to_have_text(f"{rate:.1f}" if rate < 9.95 else f"{rate:.0f}")
    page.locator('button[data-space="team-1"]').click()
    assert inside <= ids(page, ".node")


def test_a_search_marks_what_it_finds_and_enter_goes_there(shown: Shown) -> None:
    graph = MIDDLE.graph()
    page = shown(graph)
    found = {node["id"] for node in graph["nodes"] if "stock" in node["name"]}

    page.get_by_role("searchbox").fill("STOCK")
    assert ids(page, ".item.found") == found
    expect(page.locator("[aria-live]")).to_have_text(
        f"{len(found)} of {len(graph['nodes'])} found."
    )
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.dataset.id") in found


def test_a_search_finds_what_is_folded_away_by_its_label(shown: Shown) -> None:
    page = shown(MIDDLE.graph())
    page.get_by_role("button", name="Fold all").click()

    page.get_by_role("searchbox").fill("app=stock-3")

    assert ids(page, ".item.found") == {"namespace:team-0"}


@pytest.mark.parametrize("pick", ["null", "{kind: 'lane', name: 'lane-1'}"])
def test_the_table_says_what_the_picture_says(shown: Shown, pick: str) -> None:
    graph = MIDDLE.graph()
    page = shown(graph, traffic(graph, leaks=2))
    page.get_by_role("button", name="Table").click()
    if pick != "null":
        page.evaluate("topology.select('lane-1')")

    rows = ids(page, ".topology-table tbody tr")
    assert rows == ids(page, ".edge[data-id]" if pick == "null" else ".edge.on[data-id]")
    shown_numbers = page.locator(".label.full, .label.tall, .label.rate").evaluate_all(NUMBERS)
    for name, texts in shown_numbers:
        cells = page.locator(f'tr[data-id="{name}"] td.number').all_inner_texts()
        rate, *more = [text.replace("✕", "").strip() for text in texts]
        assert rate == (f"{cells[0]}/s" if cells[0] != "?" else "?")
        assert " · ".join(more) in ("", " · ".join(cells[1:]))


NUMBERS = """all => all.map((one) => [one.dataset.id,
  [...one.querySelectorAll("text")].map((text) => text.textContent).filter(Boolean)])"""


def test_a_rate_that_nobody_knows_is_no_zero(shown: Shown) -> None:
    """Where somebody counted, an edge that has no entry had no requests."""
    graph = SMALL.graph()
    first, second = (edge["id"] for edge in graph["edges"][:2])
    told = traffic(graph)
    told["edges"] = {first: {"rate": 5, "errors": 0, "p95": None, "lanes": {}}}
    page = shown(graph, told)
    page.get_by_role("button", name="Table").click()

    def cells(name: str) -> list[str]:
        return page.locator(f'tr[data-id="{name}"] td.number').all_inner_texts()

    assert cells(first) == ["5.0", "0%", "?"]
    assert cells(second) == ["0", "–", "–"]  # noqa: RUF001 - as the page has it
    page.evaluate("told => topology.traffic(told)", {**told, "untold": [first]})
    assert (cells(first), cells(second)[0]) == (["?", "?", "?"], "0")
    page.evaluate("told => topology.traffic({ ...told, known: false })", told)

    assert cells(first) == cells(second) == ["?", "?", "?"]
    assert page.locator(f'.edge[data-id="{first}"]').get_attribute("data-busy") == "unknown"
    assert set(page.locator(".label .rate").all_text_contents()) == {"?"}


def test_before_anything_is_told_no_rate_is_known(shown: Shown) -> None:
    page = shown(SMALL.graph())

    assert set(page.locator(".label .rate").all_text_contents()) == {"?"}


def test_a_leak_has_a_sign_beside_its_color_at_every_scale(shown: Shown) -> None:
    graph = MIDDLE.graph()
    told = traffic(graph, leaks=1)
    page = shown(graph, told)
    leak = told["seen"][0]
    name = f'[data-id="{leak["id"]}"]'

    assert page.locator(f".label{name} .leak-sign").count() == 1
    wide = "one => parseFloat(getComputedStyle(one).strokeWidth)"
    assert page.locator(f".edge.leak{name} .line").evaluate(wide) >= 5
    page.locator(".topology-stage").focus()
    for _ in range(4):
        page.keyboard.press("-")
    page.locator('svg[data-level="tiny"]').wait_for()
    assert page.locator(f".label{name} .leak-sign").count() == 1
    page.get_by_role("button", name="Table").click()
    expect(page.locator(f"tr{name} td:nth-child(4)")).to_have_text("⚠ leak")


def test_a_stand_in_is_told_from_a_lane_without_color(shown: Shown) -> None:
    page = shown(MIDDLE.graph())

    dashes = page.locator(".edge.fallback .line").evaluate_all(
        "all => [...new Set(all.map((one) => getComputedStyle(one).strokeDasharray))]"
    )

    assert len(dashes) == 1
    beads = page.locator(".edge.route .line").evaluate_all(
        "all => [...new Set(all.map((one) => getComputedStyle(one).strokeDasharray))]"
    )
    assert dashes[0] not in beads
    assert page.locator(".edge.fallback .arrow").first.evaluate(
        "one => getComputedStyle(one).fill !== getComputedStyle(one).stroke"
    )
    assert page.locator(".edge.fallback .rail").count() == 0


def test_fifty_six_lanes_look_different_each(shown: Shown) -> None:
    page = shown(Town(2, 56, 0).graph())

    looks = page.locator(".topology-lanes button .topology-swatch").evaluate_all(
        """all => all.map((one) => [...one.children].map((part) => [
          getComputedStyle(part).fill.replace(/topology\\d+/, ""), getComputedStyle(part).stroke,
          getComputedStyle(part).strokeDasharray].join()).join(";"))"""
    )

    assert len(looks) == 56
    assert len(set(looks)) == 56
    without_color = {re.sub(r"rgb\([^)]*\)", "", one) for one in looks}
    assert len(without_color) == 7


def test_a_replay_draws_a_past_second_and_comes_back_to_now(shown: Shown) -> None:
    graph = SMALL.graph()
    first = graph["edges"][0]["id"]
    page = shown(graph, traffic(graph))
    page.get_by_role("button", name="Table").click()
    now = page.locator(f'tr[data-id="{first}"] td.number').first
    past: dict[str, Any] = traffic(graph)
    past["edges"][first]["rate"] = 777
    page.evaluate("past => { window.past = past; }", past)

    slider = page.get_by_role("slider")
    slider.fill("-120")
    expect(now).to_have_text("777")
    assert page.evaluate("asked") == [1_800_000_000 - 120]
    assert slider.get_attribute("aria-valuetext") == "2 min 0 s ago"
    page.evaluate("told => topology.traffic(told)", traffic(graph, 1))
    expect(now).to_have_text("777")
    page.get_by_role("button", name="Now").click()

    expect(now).not_to_have_text("777")


def test_a_second_that_nobody_recorded_is_unknown(shown: Shown) -> None:
    graph = SMALL.graph()
    page = shown(graph, traffic(graph))
    page.get_by_role("button", name="Table").click()

    page.get_by_role("slider").fill("-300")

    expect(page.locator("tbody td.number").first).to_have_text("?")


def test_playing_goes_through_seconds_and_can_be_paused(shown: Shown) -> None:
    graph = SMALL.graph()
    page = shown(graph, traffic(graph))

    page.get_by_label("Speed").select_option("16")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => new Set(asked).size > 2")
    page.get_by_role("button", name="Pause").click()

    seconds: list[int] = page.evaluate("asked")
    assert seconds == sorted(seconds)
    assert seconds[0] == 1_800_000_000 - 600


def test_an_edge_is_picked_where_it_is_drawn(shown: Shown) -> None:
    graph = SMALL.graph()
    page = shown(graph, traffic(graph))
    name = "cart-0@lane-1>orders-1@lane-1"

    page.locator(f'.edge[data-id="{name}"] .hit').dispatch_event("click")

    assert page.evaluate("picks.at(-1)") == {"kind": "edge", "id": name}
    expect(page.locator(".topology-details h3")).to_have_text("cart-0 · lane-1 → orders-1 · lane-1")


def test_a_pick_outlives_a_new_graph_and_ends_with_what_it_meant(shown: Shown) -> None:
    graph = MIDDLE.graph()
    page = shown(graph)
    page.evaluate("topology.select('lane-1')")

    page.evaluate("graph => topology.graph(graph)", {**graph, "id": "another"})
    expect(page.locator(".topology-sheet svg.fading")).to_have_count(1)
    page.evaluate(
        "graph => topology.graph({ ...graph, id: 'third', "
        "lanes: graph.lanes.filter((one) => one.name !== 'lane-1') })",
        graph,
    )

    expect(page.locator(".topology-sheet svg.fading")).to_have_count(0)


def test_names_with_markup_are_text(shown: Shown) -> None:
    graph = SMALL.graph()
    hostile = "<img src=x onerror=alert(1)>"
    graph["nodes"][1] |= {"name": hostile, "labels": {hostile: hostile}}
    graph["lanes"][1] |= {"group": hostile}
    graph["namespaces"][0] |= {"name": hostile}
    page = shown(graph, traffic(graph))

    page.get_by_role("button", name="Table").click()
    item(page, graph["nodes"][1]["id"]).click()

    expect(page.locator(".topology-details h3")).to_have_text(hostile)
    assert page.locator("#there img").count() == 0


WRITTEN = """told => new Promise((done) => {
  const seen = new MutationObserver((all) => { seen.disconnect(); done(all.map(named)); });
  const named = ({ target }) => (target.closest?.("[data-id]") ?? target.parentElement)?.dataset?.id
    ?? target.nodeName;
  seen.observe(document.querySelector(".topology-stage"), {
    attributes: true, childList: true, characterData: true, subtree: true });
  topology.traffic(told);
  setTimeout(() => done([]), 50);
})"""


def test_of_another_second_only_what_differs_is_written(shown: Shown) -> None:
    graph = MIDDLE.graph()
    told = traffic(graph, leaks=1)
    page = shown(graph, told)
    for _ in range(3):
        page.get_by_role("button", name="Larger").click()
    page.wait_for_function(DRAWN_NEAR)
    page.evaluate("told => topology.traffic(told)", told)

    assert page.evaluate(WRITTEN, told) == []
    busiest = max(ids(page, ".label"), key=lambda one: told["edges"].get(one, {"rate": 0})["rate"])
    later = {**told, "edges": {**told["edges"]}}
    later["edges"][busiest] = {**told["edges"][busiest], "p95": 4321.0}
    assert page.evaluate(WRITTEN, later) == [busiest]


DRAWN_NEAR = """() => document.querySelector('svg[data-level="near"]')
  && document.querySelector(".topology-sheet").getAnimations().length === 0"""


def test_a_label_stays_where_the_picture_is_moved(shown: Shown) -> None:
    graph = MIDDLE.graph()
    page = shown(graph, traffic(graph))
    page.get_by_role("button", name="Larger").click()
    page.wait_for_function("() => document.querySelector('.label.rate, .label.full')")
    page.evaluate(
        "() => { for (const one of document.querySelectorAll('.label')) one.was = true; }"
    )

    page.locator(".topology-stage").focus()
    page.keyboard.press("ArrowRight")
    page.evaluate("told => topology.traffic(told)", traffic(graph, 1))

    assert page.evaluate("() => [...document.querySelectorAll('.label')].some((one) => one.was)")


def test_a_picture_of_thousands_opens_folded(shown: Shown) -> None:
    graph = Town(800, 5, 20, 10).graph()
    page = shown(graph)

    assert len(graph["nodes"]) > 800
    assert ids(page, ".item") == {"gateway"} | {f"namespace:team-{one}" for one in range(10)}


def test_nothing_is_left_when_it_is_taken_away(shown: Shown) -> None:
    page = shown(SMALL.graph(), traffic(SMALL.graph()))

    page.evaluate("topology.destroy()")

    assert page.locator("#there").inner_html() == ""
