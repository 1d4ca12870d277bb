"""`laneway release run` and its kin where Git is not as they need it; no mesh is asked."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import EXAMPLES, Command
from tests.cli.test_release import commit, git, tree

__all__ = ["tree"]


@pytest.fixture
def planned(laneway: Command, tree: Path) -> Path:
    """A work tree with a lane without weight, and the plan of its release."""
    assert laneway("release", "add-lane", "v3", "--from", "v2").code == 0
    shutil.copy(EXAMPLES / "release.yaml", tree)
    commit(tree, "v3, and its plan")
    return tree


def test_without_a_branch_there_is_no_release(laneway: Command, planned: Path) -> None:
    git(planned, "switch", "--quiet", "--detach")

    ended = laneway("release", "run", "release.yaml", "deploy", "--dry-run")

    assert ended.code == 3
    assert "no branch is checked out" in ended.err
