"""A release that is killed while it writes, and files of which one cannot be written."""

from __future__ import annotations

import errno
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from laneway.adapters.git import Branch, GitError, Repository
from laneway.apps.release.git_side import GitSide, Pushing
from laneway.core.release.standing import ReleaseStanding
from laneway.core.release.step import ToCommit
from laneway.core.resources.releases.plan import Plan
from laneway.core.resources.releases.read_plan import read_plan
from tests.cli.conftest import EXAMPLES, Command
from tests.cli.test_release import commit, git, own_git

PLAN = """\
apiVersion: laneway.dev/v1alpha1
kind: LaneRelease
metadata: {name: canary}
spec:
  lane: canary
  stable: stable
  gates: [{errors: {tolerance: 5%}}]
  stages: [{weights: {stable: 10, next: 20, canary: 70}}]
"""
KILLED = """\
import os, pathlib, sys
from tests.cli.test_release_cut_short import delivered
name, left = sys.argv[1], int(sys.argv[2])
owner = os if name == "replace" else pathlib.Path
real = getattr(owner, name)
def killing(*words):
    global left
    if left == 0:
        os.kill(os.getpid(), 9)
    left -= 1
    return real(*words)
setattr(owner, name, killing)
delivered()
"""
BEFORE, AFTER = {"stable": 60, "next": 30, "canary": 10}, {"stable": 10, "next": 20, "canary": 70}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A work tree whose weights stand in a file each, and the folder one is in."""
    own_git(tmp_path, monkeypatch)
    folder = tmp_path / "shop"
    shutil.copytree(EXAMPLES / "weighted-entry", folder)
    group, *lanes = (folder / "lanes.yaml").read_text().split("---\n")
    (folder / "lanes.yaml").write_text(group)
    for name, text in zip(BEFORE, lanes, strict=True):
        (folder / f"lane-{name}.yaml").write_text(text)
    (folder / "release.yaml").write_text(PLAN)
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder, "Shares")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    return folder


def plan() -> Plan:
    found, _ = read_plan("release.yaml", Path("release.yaml").read_bytes())
    assert found
    return found


def side(pushing: Pushing = Pushing()) -> GitSide:  # noqa: B008 - it is frozen
    branch = Branch(Repository(str(Path.cwd())))
    return GitSide(["."], plan(), branch, pushing=pushing, all_files=False)


def delivered() -> None:
    """Move to the first stage."""
    head = Branch(Repository(str(Path.cwd()))).head()
    standing = ReleaseStanding("canary", 1, "running", 1, 1, "me", head, plan().digest)
    side().deliver(ToCommit(standing, AFTER, "stage 1 of 1"), head)


def killed(name: str, left: int) -> None:
    """Have another process deliver, and be killed when it calls a function so often."""
    words = (sys.executable, "-c", KILLED, name, str(left))
    root = str(Path(__file__).parents[2])
    ended = subprocess.run(words, env={**os.environ, "PYTHONPATH": root}, check=False)
    assert ended.returncode == -signal.SIGKILL


def weights(folder: Path) -> dict[str, int]:
    """Return the weights in the files."""

    def read() -> Iterator[tuple[str, int]]:
        for name in BEFORE:
            text = (folder / f"lane-{name}.yaml").read_text()
            yield name, int(re.findall(r"weight: (\d+)", text)[0])

    return dict(read())


@pytest.mark.parametrize("moves", [0, 1, 2])
def test_killed_between_two_files_the_next_runner_finishes_them(shop: Path, moves: int) -> None:
    killed("replace", moves)
    half = weights(shop)
    assert sum(half[name] != BEFORE[name] for name in BEFORE) == moves
    assert "?? " not in git(shop, "status", "--porcelain")

    side().follow()

    assert weights(shop) == AFTER
    assert git(shop, "status", "--porcelain") == ""
    assert not (shop / ".git" / "laneway-aside").exists()


def test_files_are_finished_though_the_remote_is_away(shop: Path) -> None:
    git(shop, "remote", "add", "origin", str(shop.parent / "away.git"))
    git(shop, "config", "branch.main.remote", "origin")
    git(shop, "config", "branch.main.merge", "refs/heads/main")
    killed("replace", 1)

    with pytest.raises(GitError, match="git fetch"):
        side(Pushing(is_wanted=True)).follow()

    assert weights(shop) == AFTER


@pytest.mark.parametrize("writes", [0, 2])
def test_what_a_kill_leaves_of_a_commit_is_taken_away_by_the_next_one(
    shop: Path, writes: int
) -> None:
    killed("write_bytes", writes)
    assert weights(shop) == BEFORE
    assert list((shop / ".git" / "laneway-aside").iterdir())

    delivered()

    assert weights(shop) == AFTER
    assert not (shop / ".git" / "laneway-aside").exists()
    assert list((shop.parent / "tmp").iterdir()) == []


def test_on_another_file_system_than_git_s_folder_files_are_still_replaced(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.replace

    def far(beside: str, path: str) -> None:
        if "laneway-aside" in beside:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        real(beside, path)

    monkeypatch.setattr(os, "replace", far)
    delivered()

    assert weights(shop) == AFTER
    assert git(shop, "status", "--porcelain") == ""


def test_a_disk_that_is_full_changes_no_file(
    laneway: Command, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = os.fsync, []

    def full(file: int) -> None:
        calls.append(file)
        if len(calls) == 3:
            assert weights(shop) == BEFORE
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(file)

    monkeypatch.setattr(os, "fsync", full)
    ended = laneway("release", "set", *(f"{name}={weight}" for name, weight in AFTER.items()))

    assert (ended.code, "No space left on device" in ended.err) == (3, True)
    assert git(shop, "status", "--porcelain") == ""
