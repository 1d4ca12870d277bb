"""A console beside an operator at work and a Prometheus: lanes are made, live, and counted.

What the console shows is held against what this test has sent, and against the pods that are there.
The Prometheus is a real one; what it scrapes are the counters of the cluster's own Envoys.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import yaml
from playwright.sync_api import expect

from laneway.core.edits.forms.values import (
    Form,
    FormEdit,
    GroupForm,
    LaneForm,
    RuleForm,
    ServiceName,
    UriForm,
)
from tests.browser.chromium import Faults, installed, running
from tests.cluster.chart import chart_objects
from tests.cluster.children import Children
from tests.cluster.control_plane import VERSIONS, ControlPlane
from tests.cluster.lanes import GATEWAY, Lanes, asked
from tests.cluster.operated import Operator, kinds, objects_of, operator, standing
from tests.cluster.pods import PROXY
from tests.cluster.scraping import Scraping, prometheus, scrape
from tests.cluster.shown_console import (
    ShownConsole,
    account,
    console_for_many,
    console_of_oneself,
    events,
    grant,
    known,
    until,
)
from tests.cluster.telemetry import pages_of_proxies, telling
from tests.cluster.viewer import charts_viewer
from tests.conftest import Had

pytestmark = pytest.mark.cluster

STRICT = Path(__file__).parents[2] / "examples" / "strict-lanes"
TAG = "x-asm-prefer-tag"
SENT = {"s1": 60, "s2": 100, "s3": 30}
"""How often each lane is entered: of s2 by the console itself, which sends a hundred."""
SEEN_TWICE = (
    'count(count_over_time(istio_requests_total{reporter="source",response_code="200"}[60s]) >= 2)'
)
"""How many pairs of a proxy and a pod it may call were read often enough to tell a growth."""
SERVICES = ("mocka", "mockb", "mockc")


@pytest.fixture(scope="module")
def working(plane: ControlPlane, entry: int) -> Iterator[Operator]:
    """An operator at work on a cluster with a node."""
    assert entry
    with kinds(plane), operator(plane, VERSIONS[0]) as found:
        yield found


@pytest.fixture(scope="module")
def metrics(
    plane: ControlPlane,
    entry: int,
    working: Operator,
    had: Had,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Scraping]:
    """A Prometheus of a cluster without lanes, whose gateway this machine reaches."""
    assert working.children.ended() == {}
    had(prometheus)
    had(installed)
    folder = tmp_path_factory.mktemp("metrics")
    children = Children(folder)
    found = [reached(one, entry) for one in objects_of(STRICT) if not one["kind"].startswith("ASM")]
    with standing(plane, found, VERSIONS[0]), telling(plane) as target:
        door = "/api/v1/namespaces/istio-system/services/istio-ingressgateway/status"
        ingress = {"status": {"loadBalancer": {"ingress": [{"ip": "127.0.0.1"}]}}}
        plane.api.ask(door, "PATCH", ingress)
        try:
            yield scrape(folder / "prometheus", children, target, interval="1s")
        finally:
            children.kill()
            asked(plane, "delete", "asmswimlanegroups,asmswimlanes", "--all")


@pytest.fixture(scope="module")
def console(
    plane: ControlPlane, metrics: Scraping, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ShownConsole]:
    """A console as oneself."""
    words = f"--metrics=http://127.0.0.1:{metrics.port}"
    with console_of_oneself(plane, tmp_path_factory.mktemp("console"), words) as shown:
        yield shown


def reached(item: dict[str, Any], entry: int) -> dict[str, Any]:
    """Return an object; the gateway's Service with the port by which this machine reaches it.

    That one leads to the number that the Gateway has, as a load balancer's ports do.
    """
    gateway = next(yaml.safe_load_all(GATEWAY.read_text()))
    if (item["kind"], item["metadata"]["name"]) == ("Service", gateway["metadata"]["name"]):
        outside = {"name": "http-outside", "port": entry, "targetPort": 80}
        item["spec"] |= {"type": "LoadBalancer", "ports": [outside, *item["spec"]["ports"]]}
    return item


def edit(browser: httpx.Client, form: Form) -> None:
    """Edit, beside an operator that writes statuses."""
    body = msgspec.json.encode(FormEdit(form))
    headers = {"content-type": "application/json"}
    answer = browser.post("/api/v1/edits", content=body, headers=headers)
    assert answer.status_code == 200, answer.text


def make_lanes(browser: httpx.Client) -> None:
    """Do the clicks of the first seed: a group, three lanes."""
    known(browser)
    services = tuple(ServiceName("default", one) for one in SERVICES)
    edit(browser, GroupForm("test", "istio-system/ingressgateway", services=services))
    for number in "123":
        edit(browser, LaneForm(f"s{number}", "test", "ASM_TRAFFIC_TAG", f"v{number}"))


def make_rules(browser: httpx.Client) -> None:
    """Have each lane entered by its header."""
    for number in "123":
        begun = browser.get(f"/api/v1/forms/rule/new?of=s{number}").json()["form"]
        rule = msgspec.convert(begun, RuleForm)
        edit(browser, msgspec.structs.replace(rule, uri=UriForm("exact", "/mock")))


def have_lanes(plane: ControlPlane, browser: httpx.Client) -> None:
    """Make the lanes, where nobody did, and wait until they are live."""
    known(browser)
    if group_of(browser)["live"] is None:
        make_lanes(browser)
        until(lambda: is_live_as_told(plane, browser), lambda: group_of(browser))
        make_rules(browser)
    until(lambda: is_live_as_told(plane, browser), lambda: group_of(browser))


def group_of(browser: httpx.Client) -> dict[str, Any]:
    groups = known(browser, "/api/v1/lanes").json()["groups"]
    return dict(groups[0]) if groups else {"live": None}


def is_live_as_told(plane: ControlPlane, browser: httpx.Client) -> bool:
    """Whether the page says that all proxies follow, in the words of the group's status."""
    live = group_of(browser)["live"] or {"state": "", "why": ""}
    status = json.loads(asked(plane, "get", "asmswimlanegroup", "test", "-o=json"))["status"]
    told = [one["message"] for one in status["conditions"] if one["type"] == "Live"]
    is_all = re.match(r"([1-9]\d*) of \1 proxies", live["why"]) is not None
    return is_all and live["state"] == "live" and told == [live["why"]]


def sidecars(plane: ControlPlane) -> int:
    """Return how many pods of services have a proxy: all that follow a change of lanes."""
    pods = json.loads(asked(plane, "get", "pods", "-n=default", "-o=json"))["items"]
    return sum(any(one["name"] == PROXY for one in pod["spec"]["containers"]) for pod in pods)


def test_lanes_are_made_in_a_console_live_in_all_proxies_and_counted_once(
    plane: ControlPlane,
    entry: int,
    console: ShownConsole,
    metrics: Scraping,
    tmp_path: Path,
) -> None:
    (browser,) = console.browsers
    have_lanes(plane, browser)
    live = group_of(browser)["live"]
    assert (live["state"], live["since"] is not None) == ("live", True)
    wanted = str(live["why"])

    every = (sidecars(plane) + 1) ** 2  # with the gateway, which has a Service as well
    until(lambda: metrics.values(SEEN_TWICE) == [every], lambda: metrics.values(SEEN_TWICE))
    send(browser, "s2")
    for lane in ("s1", "s3"):
        met = Lanes(entry).ask(SENT[lane], {TAG: lane})
        assert met == {(f"v{lane[1]}",) * 3: SENT[lane]}

    until(lambda: is_alike(counted(browser), expected()), lambda: counted(browser))
    look(console, tmp_path, wanted)


def test_without_a_metrics_server_proxies_tell_as_far_as_one_may_ask_them(
    plane: ControlPlane, entry: int, console: ShownConsole, tmp_path: Path
) -> None:
    have_lanes(plane, console.browsers[0])
    with pages_of_proxies(plane), console_for_many(plane, tmp_path) as many:
        everybody, some, nobody = (
            many.browser(somebody(plane, f"counts-{number}", *spaces))
            for number, spaces in enumerate((("default", "istio-system"), ("default",), ()))
        )
        with events(everybody) as heard, events(some) as heard_in_part, events(nobody) as told:
            begun = [next_traffic(one) for one in (heard, heard_in_part, told)]
            assert [one["known"] for one in begun] == [False] * 3
            assert "Counting has begun" in begun[0]["why"]
            until_all_answered(heard, begun[0])
            until_all_answered(heard_in_part, begun[1])
            met = Lanes(entry).ask(SENT["s1"], {TAG: "s1"})
            assert met == {("v1",) * 3: SENT["s1"]}
            assert Lanes(entry).ask(LOST, {}, "/nowhere") == {404: LOST}
            graph = everybody.get("/api/v1/topology").json()
            wanted = {pair: {"s1": SENT["s1"]} for pair in expected()}
            inside = {pair: lanes for pair, lanes in wanted.items() if pair[0] != "gateway"}
            whole = until_counted(heard, graph, wanted)
            part = until_counted(heard_in_part, graph, inside)
            none = next_traffic(told)

        assert (whole["why"], whole["untold"]) == ("", [])
        assert {one.partition(":")[0] for one in part["untold"]} == {"gateway"}
        assert "pods/proxy in istio-system" in part["why"]
        assert not none["known"]
        assert "pods/proxy in default and istio-system" in none["why"]
        until(lambda: lost_rows(everybody) != [], lambda: known(everybody, DOCTOR).text)
        assert lost_rows(some) == lost_rows(nobody) == []
    (row,) = lost_rows(console.browsers[0]) or lost_rows_after_a_look(console.browsers[0])
    assert row["object"]["kind"] == "Gateway"


LOOKS = 4
LOST = 25
"""Requests that no route takes."""
DOCTOR = "/api/v1/doctor?limit=1000"


def lost_rows(browser: httpx.Client) -> list[dict[str, Any]]:
    """Return the rows of the doctor about requests that no route took."""
    rows = known(browser, DOCTOR).json()["rows"]["rows"]
    return [one for one in rows if one["code"] == "LW1722"]


def lost_rows_after_a_look(browser: httpx.Client) -> list[dict[str, Any]]:
    """Return them as soon as Prometheus tells."""
    until(lambda: lost_rows(browser) != [], lambda: known(browser, DOCTOR).text)
    return lost_rows(browser)


def next_traffic(heard: Iterator[dict[str, Any]]) -> dict[str, Any]:
    """Return what is told next of the traffic."""
    return next(one for one in heard if one["event"] == "traffic")


def until_all_answered(heard: Iterator[dict[str, Any]], told: dict[str, Any]) -> None:
    """Hear on until every proxy that may be asked has: what one counts before is in no rate."""
    looks = chain([told], (next_traffic(heard) for _ in range(LOOKS)))
    assert any("do not answer" not in one["why"] for one in looks)


def until_counted(
    heard: Iterator[dict[str, Any]], graph: dict[str, Any], wanted: Calls
) -> dict[str, Any]:
    """Hear of looks until all of them together have counted some calls, and none beside these."""
    total: Calls = {}
    for _ in range(LOOKS):
        told = next_traffic(heard)
        for pair, lanes in counted_of(graph, told).items():
            known = total.setdefault(pair, {})
            known |= {lane: known.get(lane, 0) + number for lane, number in lanes.items()}
        if is_alike(total, wanted):
            return told
    raise AssertionError(total)


def somebody(plane: ControlPlane, name: str, *asks: str) -> str:
    """Return a token of somebody who sees everything, and may ask the pods of some namespaces."""
    token = account(plane, name)
    (role,) = [one for one in chart_objects() if one["metadata"]["name"].endswith("-counters")]
    grant(plane, name, *charts_viewer()["rules"])
    own = f"{name}-counters"  # under the chart's name it would be in the way of who installs that
    asked(plane, "apply", "-f", "-", told=yaml.dump({**role, "metadata": {"name": own}}))
    for space in asks:
        words = (f"--clusterrole={own}", f"--serviceaccount=default:{name}")
        asked(plane, "create", "rolebinding", name, *words, f"-n={space}")
    return token


def send(browser: httpx.Client, lane: str) -> None:
    """Have the console send a hundred requests of a lane through the gateway."""
    assert known(browser, "/api/v1/about").json()["sends"]
    (one,) = [
        each for each in browser.get("/api/v1/groups/test/requests").json() if each["lane"] == lane
    ]
    headers = "".join(f" -H '{each['name']}: {each['value']}'" for each in one["headers"])
    wish = {"text": f"curl{headers} http://gateway{one['path']}", "times": SENT[lane]}
    answer = browser.post("/api/v1/send", json=wish)
    assert answer.status_code == 200, answer.text
    (line,) = answer.json()["answers"]["lines"]
    assert line["count"] == SENT[lane]
    assert [hop["version"] for hop in line["hops"]] == [f"v{lane[1]}"] * 3


Calls = dict[tuple[str, str], dict[str, int]]


def expected() -> Calls:
    """Return what was sent, by who calls whom: each lane's own pods, all the way."""
    hops = ("gateway", *SERVICES)
    return {pair: dict(SENT) for pair in pairwise(hops)}


def is_alike(one: Calls, other: Calls) -> bool:
    """Whether both have the same calls of the same lanes, and numbers as near as a rate can be.

    Prometheus carries what it has sampled on to the edges of its window: some percent.
    """
    lanes = {pair: set(found) for pair, found in one.items()}
    return lanes == {pair: set(found) for pair, found in other.items()} and all(
        abs(number - other[pair][lane]) <= max(2, other[pair][lane] * 0.06)
        for pair, found in one.items()
        for lane, number in found.items()
    )


def counted(browser: httpx.Client) -> Calls:
    """Return how many requests of each lane the topology has counted, by who calls whom."""
    graph = browser.get("/api/v1/topology").json()
    return counted_of(graph, browser.get("/api/v1/traffic").json())


def counted_of(graph: dict[str, Any], traffic: dict[str, Any]) -> Calls:
    """Return how many requests of each lane were counted in a window, by who calls whom."""
    nodes = {one["id"]: one for one in graph["nodes"]}
    found: Calls = {}
    for edge in graph["edges"]:
        seen = traffic["edges"].get(edge["id"])
        if seen is None:
            continue
        caller, callee = nodes[edge["from"]], nodes[edge["to"]]
        name = "gateway" if caller["kind"] == "gateway" else caller["name"]
        lanes = found.setdefault((name, callee["name"]), {})
        lanes[callee["lane"]] = lanes.get(callee["lane"], 0) + round(
            seen["rate"] * traffic["window"]
        )
    return found


def look(console: ShownConsole, folder: Path, wanted: str) -> None:
    """Look at the pages as a person does."""
    faults, (browser,) = Faults(), console.browsers
    with running(folder) as chromium:
        window = chromium.new_context()
        window.set_default_timeout(20_000)
        faults.listen(window)
        window.add_cookies(
            [
                {"name": one.name, "value": one.value or "", "url": console.origin}
                for one in browser.cookies.jar
            ]
        )
        page = window.new_page()
        page.goto(console.origin)
        expect(page.get_by_text(f"in {wanted}")).to_be_visible()
        window.close()
    assert faults.heard == []
