"""Every example does what it is there to show, on real Envoy."""

import http.client
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.wire.conftest import EXAMPLES
from tests.wire.laneway_up import Answer, Said, Up

pytestmark = pytest.mark.envoy
Start = Callable[..., Up]


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


def test_each_strict_lane_keeps_all_of_its_requests(up: Start) -> None:
    mesh = up(EXAMPLES / "strict-lanes").ready()
    met = {lane: chains(ask(mesh.port, 100, x_asm_prefer_tag=lane)) for lane in ("s1", "s2", "s3")}

    assert met == {
        "s1": {("v1", "v1", "v1"): 100},
        "s2": {("v2", "v2", "v2"): 100},
        "s3": {("v3", "v3", "v3"): 100},
    }


@pytest.mark.parametrize(
    ("path", "lane"), [("/mock", ""), ("/mock", "s4"), ("/mock/", "s1"), ("/other", "s1")]
)
def test_a_request_of_no_strict_lane_is_not_found(up: Start, path: str, lane: str) -> None:
    mesh = up(EXAMPLES / "strict-lanes").ready()
    answers = list(ask(mesh.port, 20, path, x_asm_prefer_tag=lane))

    assert {answer.status for answer in answers} == {404}
    assert not any(answer.hops for answer in answers)


def test_weights_are_kept_and_a_share_stays_in_its_lane(up: Start) -> None:
    mesh = up(EXAMPLES / "weighted-entry").ready()
    met = chains(ask(mesh.port, 2000))

    assert set(met) == {(version,) * 3 for version in ("v1", "v2", "v3")}
    assert met["v1", "v1", "v1"] == pytest.approx(1200, abs=100)
    assert met["v2", "v2", "v2"] == pytest.approx(600, abs=100)
    assert met["v3", "v3", "v3"] == pytest.approx(200, abs=80)


def test_a_permissive_lane_borrows_what_it_lacks_and_returns(up: Start) -> None:
    mesh = up(EXAMPLES / "permissive-lanes").ready()
    met = {lane: chains(ask(mesh.port, 100, x_asm_prefer_tag=lane)) for lane in ("s1", "s2", "s3")}

    assert met == {
        "s1": {("v1", "v1", "v1"): 100},
        "s2": {("v2", "v1", "v2"): 100},
        "s3": {("v1", "v3", "v1"): 100},
    }


def test_a_users_own_split_is_halved_and_a_half_stays_in_its_lane(up: Start) -> None:
    mesh = up(EXAMPLES / "gitops").ready()
    met = chains(ask(mesh.port, 2000))

    assert set(met) == {("v1", "v1", "v1"), ("v2", "v2", "v2")}
    assert met["v1", "v1", "v1"] == pytest.approx(1000, abs=100)


def test_a_fault_of_a_teams_own_meets_its_testers_alone_in_every_lane(up: Start) -> None:
    mesh = up(EXAMPLES / "own-policies").ready()
    met = {lane: chains(ask(mesh.port, 20, x_asm_prefer_tag=lane)) for lane in ("s1", "s2")}
    broken = list(ask(mesh.port, 20, x_asm_prefer_tag="s2", x_test="broken"))

    assert met == {"s1": {("v1", "v1"): 20}, "s2": {("v2", "v2"): 20}}
    assert {tuple(hop.version for hop in answer.hops) for answer in broken} == {("v2",)}
    assert all(answer.body.endswith("fault filter abort") for answer in broken)


def test_each_gateway_leads_into_its_own_group(up: Start) -> None:
    mesh = up(EXAMPLES / "two-gateways").ready()
    ports = [int(line.split()[0].rpartition(":")[2]) for line in mesh.said if "(istio" in line]
    shop, desk = ports

    assert chains(ask(shop, 20, "/", Host="next.shop.example.com")) == {("v2", "v2"): 20}
    assert chains(ask(shop, 20, "/", Host="shop.example.com")) == {("v1", "v1"): 20}
    assert chains(ask(desk, 20, "/", x_desk="next")) == {("v2", "v2"): 20}
    assert {answer.status for answer in ask(shop, 5, "/", x_desk="next")} == {404}
    assert {answer.status for answer in ask(desk, 5, "/", Host="shop.example.com")} == {404}


def test_a_real_program_stays_in_its_lane(up: Start) -> None:
    folder = EXAMPLES / "real-program"
    mesh = up(".", cwd=folder).ready()
    met = {
        lane: [json.loads(one.body) for one in ask(mesh.port, 20, "/", x_asm_prefer_tag=lane)]
        for lane in ("today", "tomorrow")
    }

    assert met["today"] == [shop_answer("v1")] * 20
    assert met["tomorrow"] == [shop_answer("v2")] * 20


def shop_answer(version: str) -> dict[str, object]:
    """Return what both services of the shop say in one version."""
    behind = {"service": "stock", "version": version}
    return {"service": "web", "version": version, "behind": behind}


@pytest.mark.parametrize(("lane", "version"), [("s1", "v1"), ("s2", "v2")])
def test_a_message_keeps_the_lane_of_its_request(
    up: Start, monkeypatch: pytest.MonkeyPatch, lane: str, version: str
) -> None:
    own = Path(sys.executable).parent  # whose python3 has the queue's library
    monkeypatch.setenv("PATH", f"{own}{os.pathsep}{os.environ['PATH']}")
    mesh = up(".", cwd=EXAMPLES / "message-queue").ready()
    invoices = Said("logs", "--follow", f"invoices-{version}")
    answers = list(ask(mesh.port, 3, "/order", x_asm_prefer_tag=lane))
    written = [invoices.until(f"invoices {version}: an invoice for lane {lane}") for _ in range(3)]
    mesh.stop()

    assert {one.body for one in answers} == {f"web {version} > orders v1\n"}
    assert len(written) == 3
    assert invoices.end() == 0


def test_a_user_is_in_the_same_lane_each_time(up: Start) -> None:
    mesh = up(EXAMPLES / "permissive-lanes", EXAMPLES / "sticky-shares").ready()
    met = {user: chains(ask(mesh.port, 20, x_user_id=user)) for user in ("jason", "anna")}

    assert met == {"jason": {("v2", "v1", "v2"): 20}, "anna": {("v1", "v1", "v1"): 20}}


def test_every_example_is_here() -> None:
    here = Path(__file__).read_text()
    folders = [folder.name for folder in EXAMPLES.iterdir() if folder.is_dir()]

    assert [name for name in folders if f'"{name}"' not in here] == []
