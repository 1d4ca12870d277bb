"""Pods of a lane that fail under load: who answers then, what fails meanwhile, and the return."""

import http.client
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from tests.wire.chains import HEADER, Chain, RunningChain, running_chain
from tests.wire.crowd import Crowd
from tests.wire.laneway_up import Up, laneway, workloads
from tests.wire.shop import BOTH, STRICT, SWITCHED_OFF, command, put
from tests.wire.shop import shop as shop_yaml

pytestmark = pytest.mark.envoy
Start = Callable[..., Up]

ROW = 10
"""Answers of one version after each other that no chance gives while pods are being ejected."""

PROBE = "readinessProbe: {httpGet: {path: /, port: http}, periodSeconds: 1, failureThreshold: 1}"


class Shop(Struct):
    """A mesh of one service in two lanes, two pods each. `moods` is where pods look for theirs."""

    running: RunningChain
    moods: Path

    def begin(self, yaml: str) -> "Shop":
        """Let all pods be well, in a mesh of some YAML."""
        for file in self.moods.iterdir():
            file.unlink()
        self.running.become(yaml)
        return self

    def crowd(self) -> Crowd:
        return Crowd(self.running.up.port, {HEADER: "s2"})

    def pods(self) -> dict[str, dict[str, Any]]:
        return workloads(self.running.folder.name)

    def command(self, *words: str) -> int:
        return laneway(*words, "--name", self.running.folder.name).returncode

    def mood(self, mood: str, *pods: str) -> None:
        """Put pods in a mood."""
        running = self.pods()
        for pod in pods:
            put(self.moods, running[pod]["address"], mood)

    def ask(self) -> str:
        """Ask once, with little patience."""
        port = self.running.up.port
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=0.2)) as client:
            try:
                client.request("GET", "/", headers={HEADER: "s2"})
                return client.getresponse().read().decode()
            except TimeoutError:
                return "nothing"


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Shop]]:
    """The meshes all tests share, by how pods have their proxies; begun when first asked for."""
    with ExitStack() as stack:

        @cache
        def shop(proxies: str) -> Shop:
            path = tmp_path_factory.mktemp("shop")
            (path / "moods").mkdir()
            words = ("--run", command(path / "moods"), "--proxies", proxies)
            return Shop(
                stack.enter_context(running_chain(path / "mesh", shop_yaml(), *words)),
                path / "moods",
            )

        yield shop


@pytest.fixture
def begun(
    shops: Callable[[str], Shop], monkeypatch: pytest.MonkeyPatch
) -> Callable[[str, str], Shop]:
    """Begin in a mesh of some YAML; commands of this test find it."""

    def begin(yaml: str, proxies: str = "shared") -> Shop:
        shop = shops(proxies)
        monkeypatch.setenv("XDG_STATE_HOME", str(shop.running.folder.path.parent.parent))
        return shop.begin(yaml)

    return begin


@pytest.fixture
def shop(begun: Callable[..., Shop]) -> Shop:
    return begun(shop_yaml())


@pytest.fixture(params=["shared", "per-workload"])
def either(begun: Callable[..., Shop], request: pytest.FixtureRequest) -> Shop:
    return begun(shop_yaml(), request.param)


def test_a_lane_that_listens_no_more_falls_back_without_a_lost_request(either: Shop) -> None:
    with either.crowd() as crowd:
        crowd.until("v2")
        either.mood("deaf", *BOTH)
        crowd.until("v1")
        either.mood("well", *BOTH)
        crowd.until("v2")

    assert set(crowd.since(0)) == {"v1", "v2"}


def test_programs_that_end_lose_only_what_they_were_answering(either: Shop) -> None:
    with either.crowd() as crowd:
        crowd.until("v2")
        either.mood("gone", *BOTH)
        crowd.until("v1")
        fallen = crowd.mark
        crowd.until("v1")
        either.mood("well", *BOTH)
        crowd.until("v2")

    failed = [one for one in crowd.since(0) if one not in ("v1", "v2")]
    assert len(failed) <= 2 * crowd.clients, failed
    assert set(crowd.since(fallen)) == {"v1", "v2"}


@pytest.mark.parametrize("mood", ["deaf", "gone", "failing"])
def test_no_request_leaves_a_lane_of_which_half_is_left(shop: Shop, mood: str) -> None:
    with shop.crowd() as crowd:
        crowd.until("v2")
        shop.mood(mood, BOTH[0])
        crowd.until("v2", 400)
        shop.mood("well", BOTH[0])
        crowd.until("v2", 400)

    assert "v1" not in crowd.since(0)


def test_a_lane_that_answers_503_is_ejected_and_falls_back(shop: Shop) -> None:
    with shop.crowd() as crowd:
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
    begun: Callable[..., Shop],
) -> None:
    shop = begun(shop_yaml(probe=PROBE))
    with shop.crowd() as crowd:
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


def test_a_stopped_lane_falls_back_and_returns_without_a_lost_request(shop: Shop) -> None:
    with shop.crowd() as crowd:
        crowd.until("v2")
        assert shop.command("stop", "cart-v2") == 0
        stopped = crowd.mark
        crowd.until("v1")
        assert set(crowd.since(stopped)) == {"v1"}
        assert shop.command("start", "cart-v2") == 0
        crowd.until("v2")

    assert set(crowd.since(0)) == {"v1", "v2"}


def test_killed_programs_come_back_to_their_lane(shop: Shop) -> None:
    with shop.crowd() as crowd:
        crowd.until("v2")
        for pod in BOTH:
            os.kill(shop.pods()[pod]["pid"], signal.SIGKILL)
        crowd.until("v2")

    failed = [one for one in crowd.since(0) if one not in ("v1", "v2")]
    assert len(failed) <= 2 * crowd.clients


@pytest.mark.parametrize("group", [STRICT, SWITCHED_OFF], ids=["strict", "switched off"])
def test_a_lane_that_does_not_fall_back_answers_503_and_nobody_else_does(
    begun: Callable[..., Shop], group: str
) -> None:
    shop = begun(shop_yaml(group))
    with shop.crowd() as crowd:
        crowd.until("v2")
        assert shop.command("stop", "cart-v2") == 0
        crowd.until("503 no healthy upstream")
        assert shop.command("start", "cart-v2") == 0
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
