"""Every example does what it is there to show, on real Envoy, in a mesh that its page starts.

The commands of the page are run up to the one that ends the mesh; then the mesh is asked, and then
the rest is run. Each command has to give what the page shows.
"""

import http.client
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from paho.mqtt import publish

from tests.house.pages import Page, environment
from tests.wire.conftest import EXAMPLES
from tests.wire.laneway_up import Answer, Said, laneway

pytestmark = pytest.mark.envoy


@pytest.fixture
def example(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Page]:
    """The page of an example, run until its mesh is there to be asked."""
    with environment(tmp_path) as variables:
        page = Page(EXAMPLES / request.param / "README.md", variables)
        page.until_down()
        assert page.differences == []
        yield page
        page.rest()
    assert page.differences == []


def example_of(name: str) -> pytest.MarkDecorator:
    """Let a test have the mesh of an example."""
    return pytest.mark.parametrize("example", [name], indirect=True)


def ask(port: int, count: int, path: str = "/mock", **headers: str) -> Iterator[Answer]:
    """Send requests one after the other on one connection; `x_desk` is the header `x-desk`."""
    lines = {name.replace("_", "-"): value for name, value in headers.items()}
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        for _ in range(count):
            connection.request("GET", path, headers=lines)
            response = connection.getresponse()
            yield Answer(response.status, response.read().decode())


def chains(answers: Iterator[Answer]) -> Counter[tuple[str, ...]]:
    """Count the versions met at each hop."""
    return Counter(tuple(hop.version for hop in answer.hops) for answer in answers)


@example_of("strict-lanes")
def test_each_strict_lane_keeps_all_of_its_requests_and_no_other_is_let_in(example: Page) -> None:
    met = {
        lane: chains(ask(example.port, 100, x_asm_prefer_tag=lane)) for lane in ("s1", "s2", "s3")
    }
    others = [("/mock", ""), ("/mock", "s4"), ("/mock/", "s1"), ("/other", "s1")]
    strange = [
        answer
        for path, lane in others
        for answer in ask(example.port, 20, path, x_asm_prefer_tag=lane)
    ]

    assert met == {
        "s1": {("v1", "v1", "v1"): 100},
        "s2": {("v2", "v2", "v2"): 100},
        "s3": {("v3", "v3", "v3"): 100},
    }
    assert {answer.status for answer in strange} == {404}
    assert not any(answer.hops for answer in strange)


@example_of("weighted-entry")
def test_weights_are_kept_and_a_share_stays_in_its_lane(example: Page) -> None:
    met = chains(ask(example.port, 1000))

    assert set(met) == {(version,) * 3 for version in ("v1", "v2", "v3")}
    assert met["v1", "v1", "v1"] == pytest.approx(600, abs=78)  # five deviations each
    assert met["v2", "v2", "v2"] == pytest.approx(300, abs=73)
    assert met["v3", "v3", "v3"] == pytest.approx(100, abs=48)


@example_of("permissive-lanes")
def test_a_permissive_lane_borrows_what_it_lacks_and_returns(example: Page) -> None:
    met = {
        lane: chains(ask(example.port, 100, x_asm_prefer_tag=lane)) for lane in ("s1", "s2", "s3")
    }

    assert met == {
        "s1": {("v1", "v1", "v1"): 100},
        "s2": {("v2", "v1", "v2"): 100},
        "s3": {("v1", "v3", "v1"): 100},
    }


@example_of("gitops")
def test_a_users_own_split_is_halved_and_a_half_stays_in_its_lane(example: Page) -> None:
    met = chains(ask(example.port, 800))

    assert set(met) == {("v1", "v1", "v1"), ("v2", "v2", "v2")}
    assert met["v1", "v1", "v1"] == pytest.approx(400, abs=71)  # five deviations


@example_of("own-policies")
def test_a_fault_of_a_teams_own_meets_its_testers_alone_in_every_lane(example: Page) -> None:
    met = {lane: chains(ask(example.port, 20, x_asm_prefer_tag=lane)) for lane in ("s1", "s2")}
    broken = list(ask(example.port, 20, x_asm_prefer_tag="s2", x_test="broken"))

    assert met == {"s1": {("v1", "v1"): 20}, "s2": {("v2", "v2"): 20}}
    assert {tuple(hop.version for hop in answer.hops) for answer in broken} == {("v2",)}
    assert all(answer.body.endswith("fault filter abort") for answer in broken)


@example_of("two-gateways")
def test_each_gateway_leads_into_its_own_group(example: Page) -> None:
    shop, desk = example.port, example.port + 1

    assert chains(ask(shop, 20, "/", Host="next.shop.example.com")) == {("v2", "v2"): 20}
    assert chains(ask(shop, 20, "/", Host="shop.example.com")) == {("v1", "v1"): 20}
    assert chains(ask(desk, 20, "/", x_desk="next")) == {("v2", "v2"): 20}
    assert {answer.status for answer in ask(shop, 5, "/", x_desk="next")} == {404}
    assert {answer.status for answer in ask(desk, 5, "/", Host="shop.example.com")} == {404}


@example_of("real-program")
def test_a_real_program_stays_in_its_lane(example: Page) -> None:
    met = {
        lane: [json.loads(one.body) for one in ask(example.port, 20, "/", x_asm_prefer_tag=lane)]
        for lane in ("today", "tomorrow")
    }

    assert met["today"] == [shop_answer("v1")] * 20
    assert met["tomorrow"] == [shop_answer("v2")] * 20


def shop_answer(version: str) -> dict[str, object]:
    """Return what both services of the shop say in one version."""
    behind = {"service": "stock", "version": version}
    return {"service": "web", "version": version, "behind": behind}


@example_of("message-queue")
def test_a_message_keeps_the_lane_of_its_request(example: Page) -> None:
    followed = {lane: Said("logs", "--follow", f"invoices-v{lane[1:]}") for lane in ("s1", "s2")}
    answers = [
        one for lane in followed for one in ask(example.port, 3, "/order", x_asm_prefer_tag=lane)
    ]
    for lane, invoices in followed.items():
        for _ in range(3):
            invoices.until(f"invoices v{lane[1:]}: an invoice for lane {lane}")
    example.rest()

    assert [one.body for one in answers] == [
        f"web {version} > orders v1\n" for version in ("v1", "v2") for _ in range(3)
    ]
    assert {invoices.end() for invoices in followed.values()} == {0}


@example_of("message-queue")
def test_a_retained_message_gives_no_lane(example: Page) -> None:
    left = ("orders/v1", json.dumps({"lane": "s2"}), 1, True)
    publish.multiple([left], "127.0.0.1", 11883)
    # whoever listens already gets it as a message like any other; the next one as what was retained
    shipping = Said("logs", "--follow", "shipping-v1")
    invoices = Said("logs", "--follow", "invoices-v2")
    invoices.until("invoices v2: an invoice for lane s2")  # the page's own order
    invoices.until("invoices v2: an invoice for lane s2")
    for command in ("stop", "start"):
        assert laneway(command, "shipping-v1").returncode == 0
    shipping.until("shipping v1: a retained order, of no lane any more")
    example.rest()

    assert {one.end() for one in (shipping, invoices)} == {0}
    assert invoices.said == ["invoices v2: an invoice for lane s2"] * 2


@example_of("sticky-shares")
def test_a_user_is_in_the_same_lane_each_time(example: Page) -> None:
    met = {user: chains(ask(example.port, 20, x_user_id=user)) for user in ("jason", "anna")}

    assert met == {"jason": {("v2", "v1", "v2"): 20}, "anna": {("v1", "v1", "v1"): 20}}


ELSEWHERE = {"sdks"}
"""The real SDKs take registries of five languages and minutes to build: `./dev fleet` runs them."""


def test_every_example_is_here() -> None:
    here = Path(__file__).read_text()
    folders = [folder.name for folder in EXAMPLES.iterdir() if folder.is_dir()]

    assert [name for name in folders if f'"{name}"' not in here] == []
