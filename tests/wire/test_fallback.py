"""Pods of a lane that fail under load: who answers then, what fails meanwhile, and the return."""

import http.client
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from msgspec import Struct

from tests.wire.chains import HEADER, Chain, RunningChain
from tests.wire.crowd import Crowd
from tests.wire.laneway_up import Up, laneway, workloads
from tests.wire.shop import BOTH, PERMISSIVE, STRICT, SWITCHED_OFF, command, put
from tests.wire.shop import shop as shop_yaml

pytestmark = pytest.mark.envoy
Start = Callable[..., Up]

ROW = 10
"""Answers of one version after each other that no chance gives while pods are being ejected."""

PROBE = "readinessProbe: {httpGet: {path: /, port: http}, periodSeconds: 1, failureThreshold: 1}"


class Shop(Struct, dict=True):
    """A mesh of one service in two lanes, two pods each. `moods` is where pods look for theirs."""

    up: Up
    moods: Path

    def crowd(self) -> Crowd:
        return Crowd(self.up.port, {HEADER: "s2"})

    def mood(self, mood: str, *pods: str) -> None:
        """Put pods in a mood."""
        for pod in pods:
            put(self.moods, workloads()[pod]["address"], mood)

    def ask(self) -> str:
        """Ask once, with little patience."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.up.port, timeout=0.2)) as client:
            try:
                client.request("GET", "/", headers={HEADER: "s2"})
                return client.getresponse().read().decode()
            except TimeoutError:
                return "nothing"


@contextmanager
def _shop(
    up: Start, path: Path, *options: str, group: str = PERMISSIVE, probe: str = ""
) -> Iterator[Shop]:
    for folder in ("mesh", "moods"):
        (path / folder).mkdir()
    (path / "mesh" / "mesh.yaml").write_text(shop_yaml(group, probe))
    mesh = up(path / "mesh", "--run", command(path / "moods"), *options).ready()
    yield Shop(mesh, path / "moods")


@pytest.fixture(params=["shared", "per-workload"])
def shop(up: Start, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Shop]:
    with _shop(up, tmp_path, "--proxies", request.param) as shop:
        yield shop


def test_a_lane_that_listens_no_more_falls_back_without_a_lost_request(shop: Shop) -> None:
    with shop.crowd() as crowd:
        crowd.until("v2")
        shop.mood("deaf", *BOTH)
        crowd.until("v1")
        shop.mood("well", *BOTH)
        crowd.until("v2")

    assert set(crowd.since(0)) == {"v1", "v2"}


def test_programs_that_end_lose_only_what_they_were_answering(shop: Shop) -> None:
    with shop.crowd() as crowd:
        crowd.until("v2")
        shop.mood("gone", *BOTH)
        crowd.until("v1")
        fallen = crowd.mark
        crowd.until("v1")
        shop.mood("well", *BOTH)
        crowd.until("v2")

    failed = [one for one in crowd.since(0) if one not in ("v1", "v2")]
    assert len(failed) <= 2 * crowd.clients, failed
    assert set(crowd.since(fallen)) == {"v1", "v2"}


@pytest.mark.parametrize("mood", ["deaf", "gone", "failing"])
def test_no_request_leaves_a_lane_of_which_half_is_left(
    up: Start, tmp_path: Path, mood: str
) -> None:
    with _shop(up, tmp_path) as shop, shop.crowd() as crowd:
        crowd.until("v2")
        shop.mood(mood, BOTH[0])
        crowd.until("v2", 400)
        shop.mood("well", BOTH[0])
        crowd.until("v2", 400)

    assert "v1" not in crowd.since(0)


def test_a_lane_that_answers_503_is_ejected_and_falls_back(up: Start, tmp_path: Path) -> None:
    with _shop(up, tmp_path) as shop, shop.crowd() as crowd:
        crowd.until("v2")
        before = crowd.mark
        shop.mood("failing", *BOTH)
        crowd.until("v1", ROW)
        shop.mood("well", *BOTH)
        crowd.until("v2")

    outcomes = crowd.since(before)
    rows = (number for number in range(len(outcomes)) if set(outcomes[number:][:ROW]) == {"v1"})
    failed = sum(one.startswith("503") for one in outcomes[: next(rows)])
    # Five failures in a row eject a pod; while its mood turns, an answer in between begins the row
    # anew, and in the end each client may have one more under way.
    assert failed <= 2 * (2 * 5 + crowd.clients)


def test_a_lane_that_hangs_falls_back_once_its_readiness_probe_fails(
    up: Start, tmp_path: Path
) -> None:
    with _shop(up, tmp_path, probe=PROBE) as shop, shop.crowd() as crowd:
        crowd.until("v2")
        before = crowd.mark
        shop.mood("hanging", *BOTH)
        row = 0
        while row < 20:
            row = row + 1 if shop.ask() == "v1" else 0
        shop.mood("well", *BOTH)
        crowd.until("v2")

    assert set(crowd.since(before)) <= {"v1", "v2"}


def test_a_lane_whose_probe_never_succeeds_is_told_at_the_start(up: Start, tmp_path: Path) -> None:
    probe = "readinessProbe: {httpGet: {path: /nothing, port: http}}"
    (tmp_path / "mesh.yaml").write_text(shop_yaml(probe=probe))
    serve = f"moody={sys.executable} -m http.server {{port}} --bind {{host}}"

    mesh = up(tmp_path, "--run", serve)

    mesh.until("2 of 2 pods of lane s2 of default/cart; others answer for the lane meanwhile")
    assert mesh.ask("/", {HEADER: "s2"}).status == 200


def test_a_stopped_lane_falls_back_and_returns_without_a_lost_request(
    up: Start, tmp_path: Path
) -> None:
    with _shop(up, tmp_path) as shop, shop.crowd() as crowd:
        crowd.until("v2")
        assert laneway("stop", "cart-v2").returncode == 0
        stopped = crowd.mark
        crowd.until("v1")
        assert set(crowd.since(stopped)) == {"v1"}
        assert laneway("start", "cart-v2").returncode == 0
        crowd.until("v2")

    assert set(crowd.since(0)) == {"v1", "v2"}


def test_killed_programs_come_back_to_their_lane(up: Start, tmp_path: Path) -> None:
    with _shop(up, tmp_path) as shop, shop.crowd() as crowd:
        crowd.until("v2")
        for pod in BOTH:
            os.kill(workloads()[pod]["pid"], signal.SIGKILL)
        crowd.until("v2")

    failed = [one for one in crowd.since(0) if one not in ("v1", "v2")]
    assert len(failed) <= 2 * crowd.clients


@pytest.mark.parametrize("group", [STRICT, SWITCHED_OFF], ids=["strict", "switched off"])
def test_a_lane_that_does_not_fall_back_answers_503_and_nobody_else_does(
    up: Start, tmp_path: Path, group: str
) -> None:
    with _shop(up, tmp_path, group=group) as shop, shop.crowd() as crowd:
        crowd.until("v2")
        assert laneway("stop", "cart-v2").returncode == 0
        crowd.until("503 no healthy upstream")
        assert laneway("start", "cart-v2").returncode == 0
        crowd.until("v2")

    assert set(crowd.since(0)) == {"v2", "503 no healthy upstream"}


def test_only_the_service_that_is_down_falls_back_in_a_chain(chain_mesh: RunningChain) -> None:
    chain = Chain({"s1": "mocka mockb mockc", "s2": "mocka mockb mockc"})
    asked = {HEADER: "s2"}

    mesh = chain_mesh.become(chain.yaml)
    whole = mesh.chains(20, asked)
    assert mesh.command("stop", "mockb-v2") == "mockb-v2 is stopped\n"
    fallen = mesh.chains(20, asked)
    assert mesh.command("start", "mockb-v2") == "mockb-v2 is ready\n"
    again = mesh.chains(20, asked)

    assert whole == again == {("v2", "v2", "v2"): 20}
    assert fallen == {("v2", "v1", "v2"): 20}
