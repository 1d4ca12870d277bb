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


def test_each_strict_lane_keeps_all_of_its_requests_and_no_other_is_let_in(up: Start) -> None:
    mesh = up(EXAMPLES / "strict-lanes").ready()
    met = {lane: chains(ask(mesh.port, 100, x_asm_prefer_tag=lane)) for lane in ("s1", "s2", "s3")}
    others = [("/mock", ""), ("/mock", "s4"), ("/mock/", "s1"), ("/other", "s1")]
    strange = [
        answer
        for path, lane in others
        for answer in ask(mesh.port, 20, path, x_asm_prefer_tag=lane)
    ]

    assert met == {
        "s1": {("v1", "v1", "v1"): 100},
        "s2": {("v2", "v2", "v2"): 100},
        "s3": {("v3", "v3", "v3"): 100},
    }
    assert {answer.status for answer in strange} == {404}
    assert not any(answer.hops for answer in strange)


def test_weights_are_kept_and_a_share_stays_in_its_lane(up: Start) -> None:
    mesh = up(EXAMPLES / "weighted-entry").ready()
    met = chains(ask(mesh.port, 1000))

    assert set(met) == {(version,) * 3 for version in ("v1", "v2", "v3")}
    assert met["v1", "v1", "v1"] == pytest.approx(600, abs=78)  # five deviations each
    assert met["v2", "v2", "v2"] == pytest.approx(300, abs=73)
    assert met["v3", "v3", "v3"] == pytest.approx(100, abs=48)


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
    met = chains(ask(mesh.port, 800))

    assert set(met) == {("v1", "v1", "v1"), ("v2", "v2", "v2")}
    assert met["v1", "v1", "v1"] == pytest.approx(400, abs=71)  # five deviations


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


def test_a_message_keeps_the_lane_of_its_request(
    up: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Path(sys.executable).parent  # whose python3 has the queue's library
    monkeypatch.setenv("PATH", f"{own}{os.pathsep}{os.environ['PATH']}")
    mesh = up(".", cwd=EXAMPLES / "message-queue").ready()
    followed = {lane: Said("logs", "--follow", f"invoices-v{lane[1:]}") for lane in ("s1", "s2")}
    answers = [
        one for lane in followed for one in ask(mesh.port, 3, "/order", x_asm_prefer_tag=lane)
    ]
    for lane, invoices in followed.items():
        for _ in range(3):
            invoices.until(f"invoices v{lane[1:]}: an invoice for lane {lane}")
    mesh.stop()

    assert [one.body for one in answers] == [
        f"web {version} > orders v1\n" for version in ("v1", "v2") for _ in range(3)
    ]
    assert {invoices.end() for invoices in followed.values()} == {0}


def test_a_user_is_in_the_same_lane_each_time(up: Start) -> None:
    mesh = up(EXAMPLES / "permissive-lanes", EXAMPLES / "sticky-shares").ready()
    met = {user: chains(ask(mesh.port, 20, x_user_id=user)) for user in ("jason", "anna")}

    assert met == {"jason": {("v2", "v1", "v2"): 20}, "anna": {("v1", "v1", "v1"): 20}}


def test_every_example_is_here() -> None:
    here = Path(__file__).read_text()
    folders = [folder.name for folder in EXAMPLES.iterdir() if folder.is_dir()]

    assert [name for name in folders if f'"{name}"' not in here] == []
