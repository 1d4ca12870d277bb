"""Releases whose plans are files of a work tree: where they stand, and what is said to them."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest

from laneway.adapters.files import read_paths
from laneway.apps.console.releases import CannotBeSaidError, say, shown
from laneway.apps.console.run import CALLS
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.views.release_plot import with_bounds
from tests.console.asking import EXAMPLES, told
from tests.console.serving import console
from tests.console.work_trees import begin, git, made_a_work_tree, plan_of


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Give a work tree with lanes and the plan of a release."""
    folder = tmp_path / "tree"
    shutil.copytree(EXAMPLES / "gitops", folder)
    plan = (EXAMPLES / "release.yaml").read_text().replace("v3", "v2").replace(", v2: 0", "")
    (folder / "release.yaml").write_text(plan)
    made_a_work_tree(folder)
    return folder


def test_a_release_that_nobody_began_says_so(tmp_path: Path, tree: Path) -> None:
    (found,) = told(tmp_path, read_paths([str(tree)]), "/releases")

    assert (found["release"], found["phase"], found["why"]) == ("v2", "not begun", "")
    assert found["command"].startswith(f"laneway release run {tree}/release.yaml")
    assert told(tmp_path, read_paths([str(tree)]), "/about")["releases"] == 1
    with pytest.raises(CannotBeSaidError, match="not begun"):
        say(plan_of(tree), [str(tree)], "pause")


def test_what_is_said_to_a_release_stands_in_its_branch(tree: Path) -> None:
    plan = plan_of(tree)
    begin(tree, plan)
    said = [say(plan, [str(tree)], action) for action in ("pause", "pause", "resume", "abort")]

    assert said[1] == "it is so already"
    assert shown(plan)["phase"] == "aborted"
    assert git(tree, "log", "--format=%s").count("Release v2:") == 3
    with pytest.raises(CannotBeSaidError, match="is ended"):
        say(plan, [str(tree)], "resume")


def test_a_release_outside_of_git_is_not_known(tmp_path: Path) -> None:
    (tmp_path / "lanes").mkdir()
    shutil.copy(EXAMPLES / "release.yaml", tmp_path / "lanes")
    (found,) = told(tmp_path, read_paths([str(tmp_path / "lanes")]), "/releases")

    assert found["phase"] == "not known"
    assert "in no Git repository" in found["why"]


def test_a_release_that_is_not_there_hears_nothing(tmp_path: Path) -> None:
    async def walk() -> None:
        served = console(tmp_path, CALLS, Snapshot())
        await served.come_in()
        answer = await served.client.post(
            "/api/v1/releases/v9", json={"action": "abort"}, headers=served.headers
        )
        assert answer.status_code == 404

    asyncio.run(walk())


def test_bounds_hold_the_share_that_was_counted() -> None:
    counted: dict[str, Any] = {"new": {"bad": 3, "of": 60}, "stable": {"bad": 0, "of": 40}}
    view = with_bounds({"judged": {"verdicts": [counted]}})
    (one,) = view["judged"]["verdicts"]

    for lane in ("new", "stable"):
        low, high = one["bounds"][lane]
        assert low <= counted[lane]["bad"] / counted[lane]["of"] <= high
    assert with_bounds({"phase": "not begun"}) == {"phase": "not begun"}
