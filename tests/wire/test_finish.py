"""The end of a release on real Envoy: old lanes go in two commits, and no request is lost."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import pytest

from tests.wire.laneway_up import Up, laneway, workloads
from tests.wire.staged import until

pytestmark = pytest.mark.envoy


def git(folder: Path, *words: str) -> str:
    who = ("-c", "user.name=A", "-c", "user.email=a@b.example")
    told = subprocess.run(
        ["git", *who, "-C", folder, *words], check=True, capture_output=True, text=True
    )
    return told.stdout


def running() -> set[str]:
    """Return the versions of which there are programs."""
    return {name.partition("-v")[2][:1] for name in workloads() if "-v" in name}


def test_old_lanes_go_while_requests_come_and_none_fails(
    up: Callable[..., Up], sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for word in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{word}_NAME", "A")
        monkeypatch.setenv(f"GIT_{word}_EMAIL", "a@b.example")
    git(sample, "init", "--quiet")
    laneway("release", "add-lane", "v3", "--from", "v2", str(sample))
    pods = sample / "mock-v3.yaml"
    pods.write_text(pods.read_text().replace("value: v2", "value: v3"))
    laneway("release", "promote", "v3", str(sample))
    git(sample, "add", "--all")
    git(sample, "commit", "--quiet", "--message", "All to v3")
    mesh = up(sample).ready()
    over, met = Event(), set[tuple[int, frozenset[str]]]()

    def ask() -> None:
        while not over.is_set():
            answer = mesh.ask()
            met.add((answer.status, frozenset(hop.version for hop in answer.hops)))

    asking = Thread(target=ask)
    asking.start()
    ended = laneway("release", "finish", "v3", "--commit", "--live", str(sample))
    until(lambda: running() == {"3"})
    over.set()
    asking.join()

    assert ended.returncode == 0, ended.stderr
    assert git(sample, "log", "-2", "--format=%s").splitlines() == [
        "Remove 2 lanes, whose place v3 has taken",
        "Finish v3: routes name v1, v2 no more",
    ]
    assert met == {(200, frozenset({"v3"}))}
