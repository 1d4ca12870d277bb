"""Git work trees with the plan of a release, and a release in them that has begun."""

from __future__ import annotations

import subprocess
from pathlib import Path

from laneway.adapters.files import read_paths
from laneway.core.release.standing import TRAILER, ReleaseStanding
from laneway.core.resources.releases.plan import LaneRelease, Plan

NOON = 1_780_000_000


def git(folder: Path, *words: str) -> str:
    """Run git as somebody."""
    who = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    done = subprocess.run(
        ("git", *who, *words), cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout


def made_a_work_tree(folder: Path) -> None:
    """Commit what a folder holds, as the first commit of its branch main."""
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "config", "user.name", "A")
    git(folder, "config", "user.email", "a@example.com")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "Lanes")


def plan_of(tree: Path) -> Plan:
    """Return the one plan among the files."""
    (found,) = read_paths([str(tree)]).by_kind[LaneRelease]
    assert isinstance(found, LaneRelease)
    assert found.plan is not None
    return found.plan


def begin(tree: Path, plan: Plan) -> None:
    """Have the release begun, as a runner does."""
    before = git(tree, "rev-parse", "HEAD").strip()
    at = ReleaseStanding(plan.name, 1, "running", 1, NOON, "a-1", before, plan.digest)
    message = f"Release begins\n\n{TRAILER}: {at.trailer()}"
    git(tree, "commit", "--quiet", "--allow-empty", "--message", message)
