"""A release whose plan was edited under way, as people have it in hand."""

import shutil
from pathlib import Path

import pytest

from laneway.core.resources.releases.read_plan import read_plan
from tests.cli.conftest import EXAMPLES, Command
from tests.cli.test_release import git, own_git

PLAN = """\
apiVersion: laneway.dev/v1alpha1
kind: LaneRelease
metadata: {name: canary}
spec:
  lane: canary
  stable: stable
  stages: [{weights: {stable: 10, next: 20, canary: 70}}]
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A work tree in which a release is under way by another plan than the one that is there."""
    own_git(tmp_path, monkeypatch)
    folder = tmp_path / "shop"
    shutil.copytree(EXAMPLES / "weighted-entry", folder)
    (folder / "plan.yaml").write_text(PLAN)
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "before")
    before = git(folder, "rev-parse", "HEAD").strip()
    words = f"attempt=1 since=1 runner=one before={before} plan=another"
    trailer = f"Laneway-Release: canary stage=1 phase=paused {words}"
    message = f"Release canary\n\n{trailer}"
    git(folder, "commit", "--quiet", "--allow-empty", "-m", message)
    monkeypatch.chdir(folder)
    return folder


def test_an_edited_release_is_not_said_to_go_on(shop: Path, laneway: Command) -> None:
    said = laneway("release", "resume", "plan.yaml")
    assert said.code != 0
    assert "another plan" in said.err
    assert "goes on" not in git(shop, "log", "-1", "--format=%s")


def test_an_edited_release_that_is_ended_is_one_of_the_plan_that_is_there(
    shop: Path, laneway: Command
) -> None:
    plan, _ = read_plan("plan.yaml", PLAN.encode())
    assert plan is not None
    assert laneway("release", "abort", "plan.yaml").code == 0
    said = git(shop, "log", "-1", "--format=%b")
    assert "phase=aborted" in said
    assert f"plan={plan.digest}" in said
