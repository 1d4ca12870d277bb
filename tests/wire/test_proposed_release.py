"""A release in stages where nobody may push to the branch: each move waits for who merges it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.wire.laneway_up import Said, Up
from tests.wire.staged import Shop, git, kill, repository, spoil, until

pytestmark = pytest.mark.envoy
Start = Callable[..., Up]
HOOK = """\
#!/bin/sh
while read old new ref; do
  test "$ref" != refs/heads/main || exit 1
done
"""


@pytest.fixture
def shop(up: Start, tmp_path: Path) -> Iterator[Shop]:
    """A shop whose branch is protected at its remote."""
    folder, remote = tmp_path / "shop", tmp_path / "remote.git"
    repository(folder, {}, "errors: {tolerance: 10%}", least="1s", limit="2h")
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "remote.git")
    git(folder, "remote", "add", "origin", str(remote))
    git(folder, "push", "--quiet", "-u", "origin", "main")
    hook = remote / "hooks" / "pre-receive"
    hook.write_text(HOOK)
    hook.chmod(0o755)
    found = Shop(folder, up(folder).ready())
    with found.load(2):
        yield found


def _remote(shop: Shop) -> Path:
    return shop.folder.parent / "remote.git"


def _proposals(shop: Shop) -> list[str]:
    """Return the branches that the remote has beside its own."""
    words = ("for-each-ref", "--format=%(refname:short)", "refs/heads/releases")
    return git(_remote(shop), *words).split()


def _named(shop: Shop, end: str) -> str:
    return next(one for one in _proposals(shop) if one.endswith(end))


def _merge(shop: Shop, branch: str, *message: str) -> None:
    """Merge a proposal as a host does: squashed, where there is a message, or else as it is."""
    remote = _remote(shop)
    commit = git(remote, "rev-parse", branch).strip()
    if message:
        words = [word for one in message for word in ("-m", one)]
        author = ("-c", "user.name=host", "-c", "user.email=host@shop.test")
        commit = git(remote, *author, "commit-tree", f"{commit}^{{tree}}", "-p", "main", *words)
    git(remote, "update-ref", "refs/heads/main", commit.strip())


def _message(shop: Shop, branch: str) -> str:
    return git(_remote(shop), "log", "-1", "--format=%B", branch).strip()


def _running(shop: Shop) -> Said:
    return shop.running("--pr-branch", "releases")


def test_each_stage_waits_for_its_merge_however_that_is_made(shop: Shop) -> None:
    runner = _running(shop)
    runner.until("waits until somebody merges releases/v3-")
    assert (shop.weights(), shop.titles()) == ((50, 50, 0), [])
    kill(runner)
    runner = _running(shop)
    runner.until("waits until somebody merges releases/v3-")
    (first,) = _proposals(shop)
    squashed = _message(shop, first)

    _merge(shop, first, f"Stage one (#1)\n\n{squashed}", "Co-authored-by: me <me@shop.test>")
    runner.until("stage-2")
    assert shop.weights() == (40, 10, 50)
    _merge(shop, _named(shop, "-stage-2-done"))

    assert runner.end() == 0, runner.said
    assert shop.weights() == (0, 0, 100)
    assert shop.git("rev-parse", "HEAD") == git(_remote(shop), "rev-parse", "main")
    assert shop.status()["phase"] == "done"
    assert sum("-stage-1" in one and "attempt" not in one for one in _proposals(shop)) == 1


def test_a_merge_without_the_trailer_is_told_and_one_that_has_it_goes_on(shop: Shop) -> None:
    runner = _running(shop)
    runner.until("waits until somebody merges")
    (first,) = _proposals(shop)
    trailer = _message(shop, first).splitlines()[-1]

    _merge(shop, first, "Other words")
    runner.until("no commit has its trailer")
    _merge(shop, first, "Said once more", trailer)

    runner.until("stage 1 of 2 is merged")
    kill(runner)


def test_an_end_is_loud_until_somebody_merges_it(shop: Shop) -> None:
    runner = _running(shop)
    runner.until("waits until somebody merges")
    _merge(shop, _proposals(shop)[0])
    runner.until("waits until somebody merges")

    ended = shop.run("--pr-branch", "releases", command="abort")

    assert ended.returncode == 0, ended.stderr
    assert "THE WEIGHTS ARE NOT BACK" in ended.stdout
    runner.until("THE WEIGHTS ARE NOT BACK")
    assert shop.weights() == (40, 10, 50)
    _merge(shop, _named(shop, "-aborted"))
    assert runner.end() == 1, runner.said
    assert shop.weights() == (50, 50, 0)


def test_a_lane_that_becomes_bad_while_the_next_stage_waits_is_ended_by_a_proposal_in_its_place(
    shop: Shop,
) -> None:
    runner = _running(shop)
    runner.until("waits until somebody merges")
    _merge(shop, _proposals(shop)[0])
    runner.until("-stage-2-done")
    assert shop.weights() == (40, 10, 50)
    until(lambda: "waits until" in shop.status().get("judged", {"said": ""})["said"])
    assert {one["hop"] for one in shop.status()["judged"]["verdicts"]} == {
        "mocka",
        "mockb",
        "mockc",
    }

    spoil(shop.folder, "mockc-v3", {"fail_every": 2})
    runner.until("ended at stage 1, worse is errors at mockc")
    runner.until("THE WEIGHTS ARE NOT BACK until somebody merges")

    end = _named(shop, "-stage-1-attempt-1-aborted")
    said = _message(shop, end)
    assert "mockc errors: v3 " in said
    assert f"close {_named(shop, '-stage-2-done')}, which waits to be merged" in said
    assert any(f"merges {end}" in line for line in runner.said)
    _merge(shop, end)
    assert runner.end() == 1, runner.said
    assert shop.weights() == (50, 50, 0)


def test_a_proposal_that_is_gone_is_not_made_again_and_the_release_can_be_ended(
    shop: Shop,
) -> None:
    runner = _running(shop)
    runner.until("waits until somebody merges")
    (first,) = _proposals(shop)
    assert shop.run("--pr-branch", "releases", command="pause").returncode == 3

    git(_remote(shop), "update-ref", "-d", f"refs/heads/{first}")
    runner.until("is gone from the remote, and not merged")
    assert _proposals(shop) == []
    kill(runner)
    runner = _running(shop)
    runner.until("waits until somebody merges")
    ended = shop.run("--pr-branch", "releases", command="abort")

    assert f"close {first}" in ended.stdout
    assert runner.end() == 1, runner.said
    assert shop.weights() == (50, 50, 0)
