"""Which logs a name means, and following them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from laneway.apps.local.record.logs import (
    LogReader,
    Logs,
    follow,
    last_lines,
    logs_named,
    workload_logs,
)
from laneway.apps.local.record.state import MeshFolder


@pytest.fixture
def folder(tmp_path: Path) -> MeshFolder:
    folder = MeshFolder(tmp_path)
    folder.logs.mkdir()
    for name in (
        "cart-0",
        "cart-1",
        "cart-0.2",
        "cart-1.side",
        "cart-x-0",
        "cart.other-0",
        "web.shop-0",
        "envoy",
    ):
        (folder.logs / f"{name}.log").write_text(f"{name} a\n{name} b\n")
    return folder


@pytest.mark.parametrize(
    ("name", "logs"),
    [
        ("cart", ["cart-0", "cart-0.2", "cart-1", "cart-1.side"]),
        ("cart-1", ["cart-1"]),
        ("cart-x", ["cart-x-0"]),
        ("cart.other", ["cart.other-0"]),
        ("other/cart", ["cart.other-0"]),
        ("default/cart-x", ["cart-x-0"]),
        ("web", ["web.shop-0"]),
        ("shop/web", ["web.shop-0"]),
        ("shop/cart", []),
        ("envoy", ["envoy"]),
        ("car", []),
        ("c*", []),
        ("../logs/envoy", []),
    ],
)
def test_a_name_means_its_replicas_and_no_other_workload(
    folder: MeshFolder, name: str, logs: list[str]
) -> None:
    assert sorted(path.stem for path in logs_named(folder, name)) == logs


def test_the_last_lines_are_counted_from_the_end(folder: MeshFolder) -> None:
    path = folder.logs / "envoy.log"

    assert last_lines(path, None) == ["envoy a", "envoy b"]
    assert last_lines(path, 1) == ["envoy b"]
    assert last_lines(path, 0) == []


def _steps(*steps: Callable[[], object]) -> Callable[[], bool]:
    """Return a pause in which one thing happens each time; after the last one it ends."""
    remaining = list(steps)

    def pause() -> bool:
        remaining.pop(0)()
        return bool(remaining)

    return pause


def _read(*paths: Path) -> list[LogReader]:
    """Readers that have read what there is."""
    readers = [LogReader(path) for path in paths]
    for reader in readers:
        reader.lines()
    return readers


def _append(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def test_following_yields_whole_lines_as_they_come(folder: MeshFolder) -> None:
    one, two = folder.logs / "cart-0.log", folder.logs / "cart-1.log"
    pause = _steps(
        lambda: _append(one, "half"),
        lambda: _append(two, "x\ny\n"),
        lambda: _append(one, " done\n"),
    )

    found = list(follow(_read(one, two), pause))

    assert found == [("cart-1", "x"), ("cart-1", "y"), ("cart-0", "half done")]


def test_nothing_is_lost_between_reading_and_following(folder: MeshFolder) -> None:
    path = folder.logs / "envoy.log"
    reader = LogReader(path)

    read = reader.lines()
    _append(path, "between\n")
    found = list(follow([reader], _steps(lambda: _append(path, "after\n"))))

    assert read == ["envoy a", "envoy b"]
    assert found == [("envoy", "between"), ("envoy", "after")]


def test_a_log_that_was_begun_anew_is_read_from_its_start(folder: MeshFolder) -> None:
    path = folder.logs / "envoy.log"

    found = list(follow(_read(path), _steps(lambda: path.write_text("new\n"))))

    assert found == [("envoy", "new")]


@pytest.fixture
def few(tmp_path: Path) -> MeshFolder:
    folder = MeshFolder(tmp_path / "few")
    folder.logs.mkdir(parents=True)
    (folder.logs / "cart-0.log").write_text("old\nlast\n")
    return folder


def test_all_workloads_are_read_side_by_side_and_neither_proxies_nor_laneway(
    few: MeshFolder,
) -> None:
    for name in ("pay-0", "envoy", "envoy.cart-0", "laneway"):
        (few.logs / f"{name}.log").write_text(f"{name} says")
    logs = Logs(lambda: workload_logs(few))

    there = [("cart-0", "old"), ("cart-0", "last"), ("pay-0", "pay-0 says")]
    assert list(logs.there(None, whole=True)) == there


def test_a_workload_that_comes_later_is_followed_as_well(few: MeshFolder) -> None:
    logs = Logs(lambda: workload_logs(few))
    rounds = iter(("pay-0", "cart-0", ""))

    def pause() -> bool:
        if name := next(rounds):
            with (few.logs / f"{name}.log").open("a") as file:
                file.write(f"{name} says\n")
        return bool(name)

    assert list(logs.there(1, whole=False)) == [("cart-0", "last")]
    assert list(logs.added(pause)) == [("pay-0", "pay-0 says"), ("cart-0", "cart-0 says")]
