"""The recipes that give a pull request a lane: their commands, run on a repository of lanes.

A real `git` pushes to a real remote. What a code host does by itself is not here: the checkout, the
installation, and the comment, whose words are kept instead.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.house.test_where_people_work import told

ROOT = Path(__file__).parents[2]
GITHUB = ROOT / "integrations" / "lane-of-a-pull-request.github.yml"
GITLAB = ROOT / "integrations" / "lane-of-a-merge-request.gitlab-ci.yml"
STUB = '#!/bin/sh\nprintf "%s\\n" "$(basename "$0")" "$@" >>"$SAID"\n'
OURS = {
    "LANES": "deploy",
    "FROM": "s2",
    "SERVICE": "mocka",
    "IMAGE": "laneway/mock",
    "NEEDED": "72h",
    "REPOSITORY": "shop/cart",
    "CI_API_V4_URL": "https://git.example.com/api/v4",
    "CI_PROJECT_ID": "5",
    "CI_MERGE_REQUEST_IID": "7",
    "API_TOKEN": "secret",
}


@pytest.mark.parametrize(
    ("form", "path"),
    [("github-workflows", GITHUB), ("gitlab-ci", GITLAB)],
    ids=["github", "gitlab"],
)
def test_the_recipe_has_the_form_its_host_asks_for(form: str, path: Path) -> None:
    words = ("-m", "check_jsonschema", "--builtin-schema", f"vendor.{form}", path)

    ended = told(sys.executable, *words)

    assert ended.returncode == 0, ended.stdout


class Host:
    """A remote with permissive lanes, a clone of it, and programs that only say what they were."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.remote = folder, folder / "environment.git"
        self.said = folder / "said"
        self.said.touch()
        stubs = folder / "stubs"
        stubs.mkdir()
        for name in ("pip", "gh", "curl"):
            (stubs / name).write_text(STUB)
            (stubs / name).chmod(0o755)
        own = Path(sys.executable).parent
        self.variables = os.environ | {
            "PATH": f"{stubs}{os.pathsep}{own}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(folder),
            "GIT_CONFIG_GLOBAL": str(folder / "gitconfig"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "SAID": str(self.said),
            "ENVIRONMENT": str(self.remote),
        }
        (folder / "gitconfig").write_text("[user]\n\tname = A\n\temail = a@b.example\n")
        first = folder / "first"
        (first / "deploy").mkdir(parents=True)
        for file in (ROOT / "examples" / "permissive-lanes").glob("*.yaml"):
            shutil.copy(file, first / "deploy")
        self.git("init", "--quiet", "--bare", "--initial-branch=main", str(self.remote))
        self.git("init", "--quiet", "--initial-branch=main", cwd=first)
        self.git("add", "--all", cwd=first)
        self.git("commit", "--quiet", "--message=Lanes", cwd=first)
        self.git("push", "--quiet", str(self.remote), "main", cwd=first)

    def git(self, *words: str, cwd: Path | None = None) -> str:
        return subprocess.run(
            ["git", *words],
            cwd=cwd or self.folder,
            env=self.variables,
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    def run(self, script: str, variables: dict[str, str], cwd: Path) -> None:
        ended = subprocess.run(
            ["bash", "-e", "-c", script],
            cwd=cwd,
            env=self.variables | variables | OURS,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, (script, ended.stdout, ended.stderr)

    def lanes(self) -> str:
        """Return all that the remote holds of lanes and workloads."""
        names = self.git("ls-tree", "--name-only", "main", "deploy/", cwd=self.remote).split()
        return "".join(self.git("show", f"main:{name}", cwd=self.remote) for name in names)


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def test_a_pull_request_has_a_lane_until_it_is_closed(host: Host) -> None:
    recipe = yaml.safe_load(GITHUB.read_text())
    steps = {one.get("name", "set up"): one["run"] for one in recipe["jobs"]["lane"]["steps"][2:]}
    variables = {key: str(value) for key, value in recipe["env"].items()} | {"LANE": "pr-7"}
    before = host.lanes()

    def ran(*names: str) -> str:
        clone = host.folder / f"clone-{len(list(host.folder.iterdir()))}"
        host.git("clone", "--quiet", str(host.remote), str(clone))
        for name in ("set up", *names):
            host.run(steps[name], variables, clone)
        return host.lanes()

    opened, over = ran("add", "say"), ran("expire")
    closed = ran("remove")
    said = host.said.read_text()

    assert "name: mocka-pr-7" in opened
    assert "name: mockb-pr-7" not in opened
    assert "laneway/mock:pr-7" in opened
    assert "laneway.dev/expires-after: '72h'" in opened
    assert over == opened
    assert closed == before
    assert ran("remove") == before
    assert "entered by the header `x-lane: pr-7`" in said
    assert said.startswith("gh\npr\ncomment\n7\n--repo\nshop/cart\n")


def test_a_merge_request_has_a_lane_until_its_environment_is_stopped(host: Host) -> None:
    recipe = yaml.safe_load(GITLAB.read_text())
    variables = {key: str(value) for key, value in recipe["variables"].items()} | {"LANE": "mr-7"}
    before = host.lanes()

    def ran(job: str) -> str:
        folder = host.folder / f"{job}-{len(list(host.folder.iterdir()))}"
        folder.mkdir()
        lines: list[Any] = [*recipe[".environment"]["before_script"], *recipe[job]["script"]]
        host.run("\n".join(lines), variables, folder)
        return host.lanes()

    opened = ran("lane")

    assert "name: mocka-mr-7" in opened
    assert ran("lane") == opened, "a later push finds its lane there"
    assert ran("lanes-over") == opened
    assert ran("lane-gone") == before
    assert ran("lane-gone") == before
    assert "It is entered by the header `x-lane: mr-7`" in host.said.read_text()
