"""A release in stages on real Envoy: what is well goes through, what is worse is ended."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.wire.laneway_up import Up
from tests.wire.staged import ERRORS, MORE, Shop, repository

pytestmark = pytest.mark.envoy
Start = Callable[..., Up]
ALIKE = {"mocka-v1": {"fail_every": 20}, "mocka-v3": {"fail_every": 20}}
SLOW = {
    "mockb-v1": {"slow_every": 20, "slow_ms": 30},
    "mockb-v3": {"slow_every": 20, "slow_ms": 60},
}


def _shop(
    up: Start, folder: Path, bad: dict[str, dict[str, int]], gate: str = ERRORS, more: str = ""
) -> Shop:
    repository(folder, bad, gate, more=more)
    return Shop(folder, up(folder).ready())


@pytest.mark.parametrize(
    ("bad", "more"), [({}, MORE), (ALIKE, "")], ids=["well", "as_bad_as_the_stable_one"]
)
def test_a_version_that_is_no_worse_reaches_all_requests_by_itself(
    up: Start, tmp_path: Path, bad: dict[str, dict[str, int]], more: str
) -> None:
    shop = _shop(up, tmp_path / "shop", bad, more=more)

    with shop.load():
        ended = shop.run()

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert shop.weights() == (0, 0, 100)
    assert len(shop.titles()) == (3 if more else 2)
    assert shop.status()["phase"] == "done"
    assert set(shop.met(50)) == {"v3"}
    assert shop.git("status", "--porcelain") == ""


def test_errors_at_the_third_hop_end_the_release_in_one_commit_and_the_version_gets_nothing_more(
    up: Start, tmp_path: Path
) -> None:
    shop = _shop(up, tmp_path / "shop", {"mockc-v3": {"fail_every": 20}}, "errors: {}")

    with shop.load():
        ended = shop.run()

    assert ended.returncode == 1, ended.stdout + ended.stderr
    begun, back = shop.titles()
    assert begun.startswith("Release v3: stage 1 of 2: v1 40 %, v2 10 %, v3 50 %")
    assert back.startswith("Release v3: ended at stage 1, worse is errors at mockc: v1 50 %")
    assert "\nmockc errors: v3 " in shop.git("log", "-1", "--format=%B")
    assert shop.weights() == shop.weights("HEAD~2") == (50, 50, 0)
    shop.up.until("live after")
    shop.up.until("live after")
    assert set(shop.met(100)) == {"v1", "v2"}
    assert shop.run().returncode == 1
    assert len(shop.titles()) == 2


def test_a_hop_without_pods_of_the_new_lane_ends_the_release(up: Start, tmp_path: Path) -> None:
    repository(tmp_path / "shop", {}, "errors: {}")
    pods = tmp_path / "shop" / "mock-v3.yaml"
    before, mine = pods.read_text().split("name: mockc-v3\n")
    pods.write_text(f"{before}name: mockc-v3\n{mine.replace('replicas: 1', 'replicas: 0')}")
    shop = Shop(tmp_path / "shop", up(tmp_path / "shop").ready())
    shop.git("commit", "--quiet", "--all", "-m", "no pods")

    with shop.load():
        ended = shop.run()

    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "worse is errors at mockc" in shop.titles()[-1]


def test_answers_that_take_twice_as_long_end_the_release(up: Start, tmp_path: Path) -> None:
    shop = _shop(up, tmp_path / "shop", SLOW, "latency: {above: 40ms}")

    with shop.load():
        ended = shop.run()

    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "mockb over 40 ms: v3 " in shop.git("log", "-1", "--format=%B")
    assert shop.weights() == (50, 50, 0)


def test_where_few_requests_come_nothing_is_decided_and_that_is_said(
    up: Start, tmp_path: Path
) -> None:
    folder = tmp_path / "shop"
    repository(folder, {"mockc-v3": {"fail_every": 1}}, limit="4s")
    shop = Shop(folder, up(folder).ready())
    runner = shop.running()
    runner.until("judgments are open")
    shop.met(5)

    assert runner.end() == 4
    assert "of 50 requests of v3" in runner.said[-1]
    assert "nothing is decided within the limit" in runner.said[-1]
    assert shop.weights() == (40, 10, 50)
    assert shop.status()["phase"] == "running"
