"""Lanes for a pull request: few services, an image, a time, and the end of it, by a real `git`."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import EXAMPLES, Command, edit
from tests.cli.test_release import files, git, own_git

PR = ("--from", "s2", "--image", "laneway/mock=laneway/mock:pr-7")


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A work tree with permissive lanes, committed a year ago; the folder one is in."""
    own_git(tmp_path, monkeypatch)
    folder = tmp_path / "tree"
    folder.mkdir()
    for source in (EXAMPLES / "permissive-lanes").glob("*.yaml"):
        shutil.copy(source, folder)
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder, monkeypatch, days=365)
    monkeypatch.chdir(folder)
    return folder


def commit(folder: Path, monkeypatch: pytest.MonkeyPatch, *, days: float = 0) -> None:
    """Commit everything, so many days ago."""
    when = datetime.now(UTC) - timedelta(days=days)
    monkeypatch.setenv("GIT_COMMITTER_DATE", when.isoformat())
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "A change")
    monkeypatch.delenv("GIT_COMMITTER_DATE")


def objects(folder: Path, kind: str) -> dict[str, dict[str, object]]:
    texts = [file.read_text() for file in folder.glob("*.yaml")]
    found = [one for text in texts for one in yaml.safe_load_all(text) if one]
    return {one["metadata"]["name"]: one for one in found if one["kind"] == kind}


def test_a_lane_of_one_service_has_its_workload_alone_with_another_image(
    laneway: Command, tree: Path
) -> None:
    before = objects(tree, "Deployment")

    ended = laneway("release", "add-lane", "pr-7", *PR, "--service", "mocka")
    after = objects(tree, "Deployment")
    new = {name: one for name, one in after.items() if name not in before}

    assert ended.code == 0
    assert list(new) == ["mocka-pr-7"]
    assert "image: 'laneway/mock:pr-7'" in (tree / "mock-pr-7.yaml").read_text()
    assert {name: after[name] for name in before} == before
    assert laneway("check", tree).code == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--service", "mocka", "--image", "shop/cart=shop/cart:1"), "LW2022"),
        (("--service", "mockz"), "LW2022"),
    ],
    ids=["image", "service"],
)
def test_what_the_other_lane_lacks_is_refused(
    laneway: Command, tree: Path, words: tuple[str, ...], code: str
) -> None:
    before = files(tree)

    ended = laneway("release", "add-lane", "pr-7", "--from", "s2", *words)

    assert ended.code == 1
    assert code in ended.err
    assert files(tree) == before


def test_a_strict_lane_is_not_copied_in_part(laneway: Command, lanes: Path) -> None:
    ended = laneway("release", "add-lane", "pr-7", "--from", "s2", "--service", "mocka", lanes)

    assert ended.code == 1
    assert "LW2023" in ended.err


@pytest.mark.parametrize(
    "words",
    [("--expires-after", "3 days"), ("--expires-after", "0s"), ("--image", "laneway/mock")],
    ids=["no duration", "no length", "no image"],
)
def test_what_is_misspelled_is_wrong_usage(
    laneway: Command, tree: Path, words: tuple[str, ...]
) -> None:
    assert laneway("release", "add-lane", "pr-7", "--from", "s2", *words, tree).code == 2


@pytest.mark.parametrize(
    "annotations", ["", "  annotations:\n    team: a\n"], ids=["first", "beside another"]
)
def test_a_time_is_written_on_the_lane(laneway: Command, tree: Path, annotations: str) -> None:
    edit(tree, "  name: s2\n", "  name: s2\n" + annotations)

    ended = laneway("release", "add-lane", "pr-7", *PR, "--expires-after", "72h")
    metadata = objects(tree, "ASMSwimLane")["pr-7"]["metadata"]

    assert ended.code == 0
    assert isinstance(metadata, dict)
    assert metadata["annotations"]["laneway.dev/expires-after"] == "72h"


def test_lanes_whose_time_is_over_go_and_leave_what_was_before(
    laneway: Command, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files(tree)
    assert laneway("release", "add-lane", "pr-7", *PR, "--expires-after", "72h").code == 0
    commit(tree, monkeypatch, days=4)
    assert (
        laneway("release", "add-lane", "pr-8", "--from", "s2", "--expires-after", "72h").code == 0
    )
    commit(tree, monkeypatch, days=1)

    ended = laneway("release", "remove-expired", "--commit")

    assert ended.code == 0
    assert "remove ASMSwimLane pr-7" in ended.out
    assert set(objects(tree, "ASMSwimLane")) == {"s1", "s2", "s3", "pr-8"}
    assert git(tree, "log", "-1", "--format=%s") == "Remove lane pr-7, whose time is over\n"
    assert laneway("release", "remove-lane", "pr-8").code == 0
    assert files(tree) == before


def test_a_later_commit_does_not_make_a_lane_younger(
    laneway: Command, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laneway("release", "add-lane", "pr-7", *PR, "--expires-after", "72h")
    commit(tree, monkeypatch, days=4)
    edit(tree, "kind: ASMSwimLane\n", "kind: ASMSwimLane  # a lane\n")
    commit(tree, monkeypatch)

    assert "remove ASMSwimLane pr-7" in laneway("release", "remove-expired", "--dry-run").out


def test_the_end_of_a_lane_is_told_before(
    laneway: Command, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laneway("release", "add-lane", "pr-7", *PR, "--expires-after", "72h")
    commit(tree, monkeypatch, days=2.5)
    before = files(tree)

    ended = laneway("release", "remove-expired")

    assert ended.code == 0
    assert "LW2024" in ended.err
    assert files(tree) == before


def test_a_lane_with_requests_stays_and_keeps_no_other(
    laneway: Command, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(tree, "  name: s1\n", "  name: s1\n  annotations: {laneway.dev/expires-after: 1h}\n")
    laneway("release", "add-lane", "pr-7", *PR, "--expires-after", "72h")
    commit(tree, monkeypatch, days=5)

    ended = laneway("release", "remove-expired")

    assert ended.code == 0
    assert "LW2012" in ended.err
    assert set(objects(tree, "ASMSwimLane")) == {"s1", "s2", "s3"}


def test_history_that_is_cut_off_says_nothing(
    laneway: Command, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laneway("release", "add-lane", "pr-7", *PR, "--expires-after", "72h")
    commit(tree, monkeypatch, days=5)
    shallow = tree.parent / "shallow"
    git(tree.parent, "clone", "--quiet", "--depth=1", f"file://{tree}", str(shallow))

    ended = laneway("release", "remove-expired", shallow)

    assert ended.code == 1
    assert "LW2025" in ended.err
    assert "fetch-depth: 0" in ended.err
