"""A release in stages and its branch: killed runners, remotes that refuse, two who run at once."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random

import pytest

from tests.wire.laneway_up import Said, Up, laneway
from tests.wire.staged import Shop, git, kill, repository, until

pytestmark = pytest.mark.envoy
Start = Callable[..., Up]
Begin = Callable[[str], Shop]
KILLS = int(os.environ.get("RELEASE_KILLS", "4"))
SEED = int(os.environ.get("RELEASE_SEED", "4"))


@pytest.fixture
def shop_that(up: Start, tmp_path: Path) -> Iterator[Begin]:
    """Make a shop whose branch has a remote, and whose stage lasts so long at least."""
    with ExitStack() as ends:

        def begin(least: str) -> Shop:
            folder = tmp_path / "shop"
            repository(folder, {}, "errors: {tolerance: 10%}", least=least, limit="2h")
            git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "remote.git")
            git(folder, "remote", "add", "origin", str(tmp_path / "remote.git"))
            git(folder, "push", "--quiet", "-u", "origin", "main")
            found = Shop(folder, up(folder).ready())
            ends.enter_context(found.load(2))
            return found

        yield begin


@pytest.fixture
def shop(shop_that: Begin) -> Shop:
    """A shop whose stages are over as soon as they are decided."""
    return shop_that("1s")


@pytest.fixture
def patient(shop_that: Begin) -> Shop:
    """A shop whose stage is over when somebody says so."""
    return shop_that("1h")


def _clone(shop: Shop) -> Path:
    """Return another work tree of the same branch."""
    other = shop.folder.parent / "other"
    git(other.parent, "clone", "--quiet", str(other.parent / "remote.git"), "other")
    git(other, "config", "user.name", "you")
    git(other, "config", "user.email", "you@shop.test")
    return other


def _hook(shop: Shop, script: str) -> Path:
    """Have the remote ask a script about each push."""
    hook = shop.folder.parent / "remote.git" / "hooks" / "pre-receive"
    hook.write_text(f"#!/bin/sh\n{script}\n")
    hook.chmod(0o755)
    return hook


def _sound(shop: Shop) -> None:
    """Every commit is whole, and so is every file: weights add up, in each and now."""
    commits = shop.git("log", "--format=%H").split()
    assert all(sum(shop.weights(one)) == 100 for one in commits[:-1])
    assert sum(shop.weights()) == 100


def test_killed_at_any_moment_a_release_is_carried_on_by_the_next_runner(shop: Shop) -> None:
    chance = Random(SEED)  # noqa: S311 - moments, no secrets
    for _ in range(KILLS):
        again = ("--again",) if shop.status()["phase"] == "done" else ()
        runner = shop.running("--push", *again)
        until(lambda: chance.random() < 0.01)  # a second or so
        kill(runner)
        _sound(shop)

    ended = shop.run("--push")

    assert ended.returncode == 0, f"seed {SEED}: {ended.stdout}{ended.stderr}"
    _sound(shop)
    assert shop.weights() == (0, 0, 100)
    assert shop.git("rev-parse", "HEAD") == shop.git("rev-parse", "origin/main")
    assert shop.git("status", "--porcelain") == ""


def test_what_somebody_else_pushes_meanwhile_is_taken_over_and_nothing_is_forced(
    shop: Shop,
) -> None:
    other = _clone(shop)
    runner = shop.running("--push")
    runner.until("open")
    (other / "notes.txt").write_text("as agreed\n")
    git(other, "pull", "--quiet", "--ff-only")
    git(other, "add", ".")
    git(other, "commit", "--quiet", "-m", "notes")
    git(other, "push", "--quiet")

    assert runner.end() == 0, runner.said
    assert (shop.folder / "notes.txt").exists()
    assert "notes" in shop.git("log", "--format=%s", "origin/main")
    assert shop.git("rev-parse", "HEAD") == shop.git("rev-parse", "origin/main")


def test_of_two_runners_in_two_work_trees_one_rests(patient: Shop) -> None:
    first = patient.running("--push")
    first.until("open")

    second = Said("release", "run", "release.yaml", "--push", cwd=_clone(patient))
    second.until("goes on, attempt 2")

    assert first.end() == 4
    assert "carries it on" in first.said[-1]
    kill(second)


def test_a_branch_that_lets_nobody_push_stays_as_it_is_and_that_is_said(shop: Shop) -> None:
    _hook(shop, "exit 1")
    runner = shop.running("--push")
    runner.until("lets nobody push")
    kill(runner)

    assert shop.weights() == (50, 50, 0)
    assert shop.titles() == []


def test_weights_go_back_at_once_when_the_remote_is_away_and_the_commit_follows(
    patient: Shop,
) -> None:
    away = patient.folder.parent / "away.git"
    runner = patient.running("--push")
    runner.until("open")
    (patient.folder.parent / "remote.git").rename(away)
    assert patient.run(command="abort").returncode == 0
    assert patient.weights() == (50, 50, 0)
    runner.until("Git: ")

    away.rename(patient.folder.parent / "remote.git")

    assert runner.end() == 1, runner.said
    assert patient.git("rev-parse", "HEAD") == patient.git("rev-parse", "origin/main")


def test_ended_by_hand_weights_go_back_while_the_remote_is_away_and_are_pushed_later(
    patient: Shop,
) -> None:
    away = patient.folder.parent / "away.git"
    runner = patient.running("--push")
    runner.until("open")
    kill(runner)
    (patient.folder.parent / "remote.git").rename(away)

    ended = patient.run("--push", command="abort")
    assert (ended.returncode, patient.weights()) == (3, (50, 50, 0))
    assert "the commit is made, and not pushed" in ended.stderr

    away.rename(patient.folder.parent / "remote.git")
    assert patient.run("--push", command="abort").returncode == 0
    assert patient.git("rev-parse", "HEAD") == patient.git("rev-parse", "origin/main")


def test_on_another_branch_nothing_is_committed_until_the_person_is_back(patient: Shop) -> None:
    runner = patient.running()
    runner.until("open")
    patient.git("switch", "--quiet", "-c", "other", "HEAD~1")
    runner.until("waits until branch main is checked out again")
    patient.git("switch", "--quiet", "main")
    runner.until("open")

    assert patient.git("rev-parse", "other", "HEAD").split() == (
        patient.git("rev-parse", "main~1", "main").split()
    )
    assert patient.status()["attempt"] == 1
    kill(runner)


def test_a_file_that_is_half_written_is_waited_for_and_no_move_of_weights(patient: Shop) -> None:
    route = patient.folder / "route.yaml"
    runner = patient.running()
    runner.until("open")
    whole = route.read_text()
    route.write_text(f"{whole}a: [b\n")
    runner.until("route.yaml cannot be read")
    route.write_text(whole)
    runner.until("open")

    assert patient.status()["attempt"] == 1
    kill(runner)


def test_paused_it_stays_and_resumed_it_goes_on(patient: Shop) -> None:
    runner = patient.running()
    runner.until("open")
    assert patient.run(command="pause").returncode == 0
    runner.until("paused")
    assert patient.status()["phase"] == "paused"
    assert patient.run(command="pause").returncode == 3
    assert patient.run(command="resume").returncode == 0
    runner.until("of 3 judgments are open")
    assert patient.status()["attempt"] == 2
    assert patient.run(command="abort").returncode == 0

    assert runner.end() == 1, runner.said
    assert patient.weights() == (50, 50, 0)


def test_weights_that_somebody_moves_are_left_to_them(patient: Shop) -> None:
    runner = patient.running()
    runner.until("open")
    moved = laneway("release", "set", "v1=30", "v2=20", "v3=50", cwd=patient.folder)
    assert moved.returncode == 0, moved.stderr

    assert runner.end() == 4
    assert "somebody moved the weights" in runner.said[-1]
    assert patient.weights() == (30, 20, 50)
