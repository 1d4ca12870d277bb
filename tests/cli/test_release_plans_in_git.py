"""`laneway release run` and its kin where Git is not as they need it; no mesh is asked."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from laneway.adapters.git import Branch, GitError, Repository, git_folder
from laneway.core.release.standing import TRAILER, Phase, ReleaseStanding
from laneway.core.resources.releases.read_plan import read_plan
from tests.cli.conftest import EXAMPLES, Command
from tests.cli.test_release import commit, git, tree, weights

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


def test_without_the_program_git_that_is_what_is_told(
    planned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    branch = Branch(Repository(str(planned)))
    monkeypatch.setenv("PATH", str(planned))

    for asked in (branch.head, lambda: git_folder(branch.repository)):
        with pytest.raises(GitError, match="there is no program `git` on the PATH"):
            asked()


def test_line_breaks_stay_as_they_are_whatever_git_makes_of_new_ones(planned: Path) -> None:
    route = planned / "deploy" / "route.yaml"
    route.write_bytes(route.read_bytes().replace(b"\n", b"\r\n"))
    route.chmod(0o755)
    commit(planned, "Other line breaks")
    git(planned, "config", "core.autocrlf", "true")
    branch, head = Branch(Repository(str(planned))), git(planned, "rev-parse", "HEAD").strip()

    changed = route.read_bytes().replace(b"weight: 50", b"weight: 49", 1)
    branch.advance(branch.make(head, {str(route): changed}, "49"), head)

    assert branch.left_behind() == {str(route): changed}
    assert git(planned, "diff", "--numstat", "HEAD^", "HEAD").split()[:2] == ["1", "1"]
    assert git(planned, "ls-tree", "HEAD", "deploy/route.yaml").startswith("100755")


def test_the_newest_word_on_a_release_is_newest_whatever_clocks_say(
    planned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def empty(title: str, when: str) -> None:
        monkeypatch.setenv("GIT_COMMITTER_DATE", f"{when}T00:00:00Z")
        git(planned, "commit", "--quiet", "--allow-empty", "--message", title)

    empty("One\n\nLaneway-Release: v3 one", "2031-01-02")
    git(planned, "branch", "side")
    empty("Two\n\nLaneway-Release: v3 two", "2031-01-01")
    git(planned, "switch", "--quiet", "side")
    empty("Beside it", "2031-01-03")
    git(planned, "switch", "--quiet", "main")
    git(planned, "merge", "--quiet", "--no-edit", "side")

    found = Branch(Repository(str(planned))).trailers("Laneway-Release", "v3")

    assert [value for _, value in found] == ["v3 two", "v3 one"]


def test_a_log_that_shows_signatures_is_read_like_any_other(
    laneway: Command, planned: Path, tmp_path: Path
) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    for name, value in {
        "gpg.format": "ssh",
        "user.signingKey": f"{key}.pub",
        "commit.gpgSign": "true",
        "log.showSignature": "true",
    }.items():
        git(planned, "config", name, value)
    assert laneway("release", "set", "v1=60", "v2=30", "v3=10", "--commit").code == 0

    ended = laneway("release", "rollback", "v3", "--commit")

    assert (ended.code, weights(planned)) == (0, [50, 50, 0])


@pytest.mark.parametrize("words", [("run", "--dry-run"), ("status",), ("abort",)])
def test_where_history_is_cut_off_a_release_does_not_count_as_not_begun(
    laneway: Command, planned: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    git(planned.parent, "clone", "--quiet", "--depth=1", planned.as_uri(), "shallow")
    monkeypatch.chdir(planned.parent / "shallow")

    ended = laneway("release", words[0], "release.yaml", *words[1:])

    assert ended.code == 3
    assert "git fetch --unshallow" in ended.err


def _begun(tree: Path, digest: str = "", phase: Phase = "running") -> None:
    """Commit what a runner says that begins the release."""
    plan, _ = read_plan("release.yaml", (tree / "release.yaml").read_bytes())
    assert plan
    head = git(tree, "rev-parse", "HEAD").strip()
    standing = ReleaseStanding("v3", 1, phase, 1, 1, "a", head, digest or plan.digest)
    git(tree, "commit", "-q", "--allow-empty", "-m", f"One\n\n{TRAILER}: {standing.trailer()}")


def test_a_release_that_nobody_carries_on_is_told_as_such(laneway: Command, planned: Path) -> None:
    _begun(planned)
    looked = {"stage": 1, "attempt": 1, "at": 1, "said": "all is well", "verdicts": []}

    before = laneway("release", "status", "release.yaml")
    (planned / ".git" / "laneway-release-v3.json").write_text(json.dumps(looked))
    after = laneway("release", "status", "release.yaml")

    assert before.out.endswith("No runner of this work tree has looked at this stage.\n")
    assert "ago; no runner looks now." in after.out
    dry = laneway("release", "run", "release.yaml", "deploy", "--dry-run")
    assert dry.out.startswith("release v3: running, stage 1 of 2\n")
    _begun(planned, phase="aborted")
    assert "all is well" not in laneway("release", "status", "release.yaml").out


def test_where_a_release_stands_is_not_told_by_another_plan(
    laneway: Command, planned: Path
) -> None:
    _begun(planned, "another")

    ended = laneway("release", "status", "release.yaml")

    assert (ended.code, ended.out) == (1, "")
    assert "has begun by another plan" in ended.err
