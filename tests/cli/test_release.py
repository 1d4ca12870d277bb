"""`laneway release`: files of a work tree, a real `git`, and what both hold afterwards."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import EXAMPLES, Command, edit

ROUTE = (EXAMPLES / "gitops" / "route.yaml").read_text()


def git(folder: Path, *words: str) -> str:
    """Run `git` in a folder and return what it says."""
    ended = subprocess.run(
        ["git", "-C", folder, *words], check=True, capture_output=True, text=True
    )
    return ended.stdout


def own_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have `git` know nothing of this machine but somebody's name."""
    for name, value in {
        "HOME": str(tmp_path),
        "GIT_CONFIG_GLOBAL": str(tmp_path / "gitconfig"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CEILING_DIRECTORIES": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "gitconfig").write_text("[user]\n\tname = A\n\temail = a@b.example\n")


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A work tree with the lanes of the guide, committed; the folder one is in."""
    own_git(tmp_path, monkeypatch)
    folder = tmp_path / "tree"
    (folder / "deploy").mkdir(parents=True)
    for source in (EXAMPLES / "gitops").glob("*.yaml"):
        shutil.copy(source, folder / "deploy")
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder, "Halves")
    monkeypatch.chdir(folder)
    return folder


def commit(folder: Path, title: str) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", title)


def weights(folder: Path) -> list[int]:
    """Return the weights of the route, in their order."""
    lines = (folder / "deploy" / "route.yaml").read_text().splitlines()
    return [int(line.split()[1]) for line in lines if "weight:" in line]


def files(folder: Path) -> dict[str, bytes]:
    """Return all files outside of Git's own folder."""
    found = (path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def test_a_lane_has_one_weight(laneway: Command, tree: Path) -> None:
    ended = laneway("release", "set", "v1=90", "v2=60", "v1=40")

    assert (ended.code, weights(tree)) == (2, [50, 50])
    assert "Name each lane once." in ended.err


def test_weights_are_shown_and_written_and_nothing_else(laneway: Command, tree: Path) -> None:
    before = files(tree)

    ended = laneway("release", "set", "v2=30", "v1=70")

    assert (ended.code, ended.err) == (0, "")
    assert ended.out == (
        "http route 1 of VirtualService istio-system/mock\n"
        "  v1   50 → 70\n"
        "  v2   50 → 30\n"
        "\n"
        "--- a/deploy/route.yaml\n"
        "+++ b/deploy/route.yaml\n"
        "@@ -16,8 +16,8 @@\n"
        "         - destination:\n"
        "             host: mocka.default.svc.cluster.local\n"
        "             subset: v1\n"
        "-          weight: 50\n"
        "+          weight: 70\n"
        "         - destination:\n"
        "             host: mocka.default.svc.cluster.local\n"
        "             subset: v2\n"
        "-          weight: 50\n"
        "+          weight: 30\n"
        "\n"
        "Written: deploy/route.yaml\n"
    )
    after = ROUTE.replace("weight: 50", "weight: 70", 1).replace("weight: 50", "weight: 30")
    assert files(tree) == before | {"deploy/route.yaml": after.encode()}
    assert git(tree, "log", "--format=%s") == "Halves\n"


def test_a_folder_or_file_is_named_behind_the_weights(laneway: Command, tree: Path) -> None:
    ended = laneway("release", "set", "v1=100", "v2=0", "deploy")

    assert (ended.code, weights(tree)) == (0, [100, 0])


@pytest.mark.parametrize(
    "words",
    [
        ["set", "v1=70", "v2=30", "--dry-run"],
        ["set", "v1=70", "v2=30", "--dry-run", "--pr-branch", "shift"],
        ["promote", "v2", "--dry-run", "--commit"],
        ["add-lane", "v3", "--from", "v2", "--dry-run"],
        ["set", "v1=50", "v2=50"],
        ["set", "v1=50", "v2=50", "--commit"],
    ],
)
def test_nothing_is_written_on_a_dry_run_or_where_nothing_changes(
    laneway: Command, tree: Path, words: list[str]
) -> None:
    before = files(tree)

    assert laneway("release", *words).code == 0

    assert files(tree) == before
    assert git(tree, "status", "--porcelain") == ""
    assert git(tree, "log", "--format=%s", "--all") == "Halves\n"
    assert git(tree, "branch", "--format=%(refname:short)") == "main\n"


def test_refused_edit_ends_with_1_and_its_finding(laneway: Command, tree: Path) -> None:
    before = files(tree)

    ended = laneway("release", "set", "v1=70", "v2=20", "--commit")

    assert (ended.code, ended.out) == (1, "")
    assert "error[LW2003] the weights of http route 1" in ended.err
    assert "--> ./deploy/route.yaml:15:7" in ended.err
    assert ended.err.endswith("Nothing is written.\n")
    assert files(tree) == before


@pytest.mark.parametrize(
    "words",
    [
        ["set", "v1=101"],
        ["set", "v1=ten"],
        ["set", "deploy"],
        ["set"],
        ["promote", "v1", "-"],
        ["add-lane", "v3"],
        ["promote", "v1", "-m", "A message of no commit"],
        ["promote", "v1", "--pr-branch", "-x"],
        ["promote", "v1", "--pr-branch", "a..b"],
        ["promote", "v1", "--pr-branch", "main"],
    ],
)
def test_wrong_usage_ends_with_2(laneway: Command, tree: Path, words: list[str]) -> None:
    before = files(tree)

    ended = laneway("release", *words)

    assert (ended.code, ended.out, files(tree)) == (2, "", before)
    assert ended.err.startswith("Usage: laneway release")


def test_commit_holds_the_changed_files_and_no_others(laneway: Command, tree: Path) -> None:
    edit(tree / "deploy", "replicas: 1", "replicas: 2", "mock-v1.yaml")
    (tree / "staged.txt").write_text("mine\n")
    git(tree, "add", "staged.txt")

    ended = laneway("release", "set", "v1=70", "v2=30", "--commit")

    assert ended.code == 0
    assert git(tree, "show", "--format=%s", "--name-only", "HEAD") == (
        "Set: v1 70 %, v2 30 %\n\ndeploy/route.yaml\n"
    )
    assert git(tree, "status", "--porcelain") == " M deploy/mock-v1.yaml\nA  staged.txt\n"


def test_commit_of_a_file_with_other_changes_is_refused(laneway: Command, tree: Path) -> None:
    edit(tree / "deploy", "exact: /mock", "exact: /other", "route.yaml")
    before = files(tree)

    ended = laneway("release", "set", "v1=70", "v2=30", "--commit")

    assert (ended.code, files(tree)) == (1, before)
    assert "error[LW2019] ./deploy/route.yaml has uncommitted changes" in ended.err


def test_commit_of_a_file_that_git_does_not_know_is_refused(laneway: Command, tree: Path) -> None:
    git(tree, "rm", "--quiet", "--cached", "deploy/route.yaml")
    git(tree, "commit", "--quiet", "--message", "Forget the route")

    ended = laneway("release", "set", "v1=70", "v2=30", "--commit")

    assert ended.code == 1
    assert "error[LW2019] ./deploy/route.yaml is not in Git yet" in ended.err


def hook(tree: Path, name: str, script: str) -> None:
    path = tree / ".git" / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def test_hooks_of_the_person_run_and_may_change_the_message(laneway: Command, tree: Path) -> None:
    hook(tree, "commit-msg", 'echo "Signed-off-by: hook" >> "$1"')

    ended = laneway("release", "promote", "v2", "--commit", "-m", "All to v2")

    assert ended.code == 0
    assert git(tree, "log", "-1", "--format=%B") == "All to v2\nSigned-off-by: hook\n\n"


@pytest.mark.parametrize("branch", [[], ["--pr-branch", "shift"]])
def test_hook_that_refuses_ends_with_3_and_its_words(
    laneway: Command, tree: Path, branch: list[str]
) -> None:
    hook(tree, "pre-commit", "echo weights are frozen; exit 1")

    ended = laneway("release", "promote", "v2", "--commit", *branch)

    assert ended.code == 3
    assert "`git commit` ended with 1:\nweights are frozen" in ended.err
    assert "The files are written, and not committed: " in ended.err
    assert (weights(tree), git(tree, "log", "--format=%s")) == ([0, 100], "Halves\n")
    assert git(tree, "branch", "--format=%(refname:short)") == "main\n"


@pytest.fixture
def remote(tree: Path) -> Path:
    """A repository that the work tree's branch is pushed to."""
    path = tree.parent / "remote.git"
    git(tree, "init", "--quiet", "--bare", "--initial-branch=main", str(path))
    git(tree, "remote", "add", "origin", str(path))
    git(tree, "push", "--quiet", "--set-upstream", "origin", "main")
    return path


def test_push_takes_the_commit_to_the_remote(laneway: Command, tree: Path, remote: Path) -> None:
    assert laneway("release", "set", "v1=70", "v2=30", "--push").code == 0

    assert git(remote, "log", "--format=%s", "main") == "Set: v1 70 %, v2 30 %\nHalves\n"
    assert git(tree, "status", "--porcelain", "--branch") == "## main...origin/main\n"


def test_push_that_is_rejected_ends_with_3_and_keeps_the_commit(
    laneway: Command, tree: Path, remote: Path
) -> None:
    other = tree.parent / "other"
    git(tree, "clone", "--quiet", str(remote), str(other))
    (other / "news").write_text("here\n")
    commit(other, "Somebody was faster")
    git(other, "push", "--quiet")

    ended = laneway("release", "set", "v1=70", "v2=30", "--push")

    assert ended.code == 3
    assert "The commit is made, and not pushed: `git push` ended with 1" in ended.err
    assert git(remote, "log", "-1", "--format=%s") == "Somebody was faster\n"
    assert git(tree, "log", "-1", "--format=%s") == "Set: v1 70 %, v2 30 %\n"


def test_branch_for_a_pull_request_is_pushed_and_the_old_one_stays(
    laneway: Command, tree: Path, remote: Path
) -> None:
    (tree / "note.txt").write_text("mine\n")
    before = files(tree)

    ended = laneway("release", "set", "v1=70", "v2=30", "--pr-branch", "release/v2")

    assert ended.code == 0
    assert git(remote, "log", "--format=%s", "release/v2") == "Set: v1 70 %, v2 30 %\nHalves\n"
    assert git(remote, "log", "--format=%s", "main") == "Halves\n"
    assert git(tree, "rev-parse", "--abbrev-ref", "HEAD") == "main\n"
    assert files(tree) == before


def test_commit_outside_of_a_work_tree_is_wrong_usage(
    laneway: Command, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(tree / ".git")
    before = files(tree)

    ended = laneway("release", "promote", "v2", "--commit")

    assert (ended.code, files(tree)) == (2, before)
    assert laneway("release", "set", "v1=50", "v2=50", "--commit").code == 2
    assert laneway("release", "promote", "v2").code == 0
    monkeypatch.setenv("PATH", "")
    ended = laneway("release", "promote", "v1", "--commit")
    assert (ended.code, ended.err) == (3, "Error: there is no program `git` on the PATH.\n")


def released(laneway: Command, tree: Path) -> None:
    """Release v3 as in the guide, up to 10 %."""
    assert laneway("release", "add-lane", "v3", "--from", "v2").code == 0
    commit(tree, "Add v3")
    for shares in (("v1=60", "v2=30", "v3=10"), ("v1=40", "v2=30", "v3=30")):
        assert laneway("release", "set", *shares, "--commit").code == 0


def test_story_of_the_guide_ends_where_it_began(laneway: Command, tree: Path) -> None:
    before = files(tree)
    released(laneway, tree)
    assert laneway("check", "deploy").code == 0

    assert laneway("release", "rollback", "v3", "--commit").code == 0
    assert weights(tree) == [50, 50, 0]
    assert laneway("check", "deploy").code == 0

    assert laneway("release", "remove-lane", "v3", "--commit").code == 0
    assert files(tree) == before
    assert git(tree, "status", "--porcelain") == ""


def test_rollback_shows_the_commit_that_it_goes_back_to(laneway: Command, tree: Path) -> None:
    released(laneway, tree)
    name = git(tree, "log", "--format=%h", "--grep=Add v3").strip()

    ended = laneway("release", "rollback", "v3", "--dry-run")

    assert ended.out.startswith("http route 1 of VirtualService istio-system/mock  (as in ")
    assert f"(as in {name}, " in ended.out
    assert ", Add v3)\n  v1   40 → 50\n  v2   30 → 50\n  v3   30 → 0\n" in ended.out
    assert weights(tree) == [40, 30, 30]


def test_names_with_blanks_and_letters_of_the_world_are_files_as_any(
    laneway: Command, tree: Path
) -> None:
    folder = tree / "déploy 交通"
    git(tree, "mv", "deploy", folder.name)
    git(tree, "mv", f"{folder.name}/route.yaml", f"{folder.name}/-my route: [v1].yaml")
    git(tree, "commit", "--quiet", "--message", "Names")
    assert laneway("release", "set", "v1=100", "v2=0", "--commit").code == 0
    assert laneway("release", "set", "v1=90", "v2=10", folder.name, "--commit").code == 0
    assert git(tree, "status", "--porcelain") == ""

    assert laneway("release", "rollback", "v2", folder.name, "--commit").code == 0

    assert b"weight: 100\n" in files(tree)[f"{folder.name}/-my route: [v1].yaml"]


def test_rollback_to_a_named_commit_takes_its_weights(laneway: Command, tree: Path) -> None:
    released(laneway, tree)

    assert laneway("release", "rollback", "v3", "--to", "HEAD~1").code == 0

    assert weights(tree) == [60, 30, 10]


@pytest.mark.parametrize(
    ("words", "code"),
    [(["v2"], "LW2008"), (["v2", "--to", "v9.9"], "LW2021"), (["v2", "--to", "--all"], "LW2021")],
)
def test_rollback_without_a_commit_to_go_to_says_so(
    laneway: Command, tree: Path, words: list[str], code: str
) -> None:
    ended = laneway("release", "rollback", *words)

    assert (ended.code, weights(tree)) == (1, [50, 50])
    assert f"error[{code}]" in ended.err


def test_rollback_without_history_says_which_command_needs_none(
    laneway: Command, tree: Path
) -> None:
    shutil.rmtree(tree / ".git")

    ended = laneway("release", "rollback", "v2")

    assert ended.code == 1
    assert "error[LW2020]" in ended.err
    assert "`laneway release set v2=0 …`" in ended.err


def test_rollback_of_a_lane_without_weight_changes_nothing(laneway: Command, tree: Path) -> None:
    released(laneway, tree)
    laneway("release", "rollback", "v3", "--commit")

    ended = laneway("release", "rollback", "v3")

    assert (ended.code, ended.out) == (0, "Nothing to change: the files say so already.\n")


def test_weights_of_a_group_go_back_as_well(laneway: Command, tree: Path) -> None:
    shutil.rmtree(tree / "deploy")
    shutil.copytree(EXAMPLES / "weighted-entry", tree / "deploy")
    edit(tree / "deploy", "weight: 30", "weight: 40")
    edit(tree / "deploy", "weight: 10", "weight: 0")
    commit(tree, "No canary")
    edit(tree / "deploy", "weight: 40", "weight: 30")
    edit(tree / "deploy", "weight: 0", "weight: 10")
    commit(tree, "A canary")

    ended = laneway("release", "rollback", "canary")

    assert "the lanes of group release  (as in " in ended.out
    lines = (tree / "deploy" / "lanes.yaml").read_text().splitlines()
    assert [line.strip() for line in lines if "weight:" in line] == [
        "weight: 60",
        "weight: 40",
        "weight: 0",
    ]


def test_file_of_a_copy_that_is_there_is_not_overwritten(laneway: Command, tree: Path) -> None:
    (tree / "deploy" / "mock-v3.yaml").write_text("# mine\n")
    before = files(tree)

    ended = laneway("release", "add-lane", "v3", "--from", "v2")

    assert (ended.code, files(tree)) == (1, before)
    assert "error[LW2013] ./deploy/mock-v3.yaml is there already" in ended.err


def test_lists_of_a_kustomization_follow_the_files(laneway: Command, tree: Path) -> None:
    names = sorted(path.name for path in (tree / "deploy").iterdir())
    text = "# what is applied\nresources:\n" + "".join(f"- ./{name}  # {name}\n" for name in names)
    listing = tree / "deploy" / "kustomization.yaml"
    listing.write_text(text)

    assert laneway("release", "add-lane", "v3", "--from", "v2").code == 0
    added = listing.read_text()
    assert laneway("release", "remove-lane", "v3").code == 0

    assert added == text.replace(
        "- ./mock-v2.yaml  # mock-v2.yaml\n",
        "- ./mock-v2.yaml  # mock-v2.yaml\n- ./mock-v3.yaml\n",
    )
    assert listing.read_text() == text


PATCH = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: mock, namespace: istio-system}
spec:
  http:
  - route:
    - weight: 10
"""
POINTER = "- op: replace\n  path: /spec/http/0/route/0/weight\n  value: 10\n"
INLINE = "patches:\n- target: {kind: VirtualService}\n  patch: |\n    " + POINTER.replace(
    "\n", "\n    "
)


@pytest.mark.parametrize(
    ("kustomization", "patch", "line"),
    [
        ("patches: [{path: p.yaml}]", PATCH, 7),
        ("patches: [{path: p.yaml, target: {kind: VirtualService}}]", POINTER, 2),
        (INLINE, "", 0),
    ],
)
def test_weights_that_a_patch_sets_are_refused(
    laneway: Command, tree: Path, kustomization: str, patch: str, line: int
) -> None:
    (tree / "prod").mkdir()
    name = "p.yaml" if patch else "kustomization.yaml"
    (tree / "prod" / "kustomization.yaml").write_text(f"resources: [../deploy]\n{kustomization}\n")
    if patch:
        (tree / "prod" / "p.yaml").write_text(patch)

    ended = laneway("release", "promote", "v2")

    assert (ended.code, weights(tree)) == (1, [50, 50])
    assert "error[LW2007]" in ended.err
    assert f"prod/{name}:{line or ''}" in ended.err


def test_patch_of_something_else_is_no_hindrance(laneway: Command, tree: Path) -> None:
    (tree / "prod").mkdir()
    (tree / "prod" / "kustomization.yaml").write_text("patches: [{path: p.yaml}]\n")
    (tree / "prod" / "p.yaml").write_text(PATCH.replace("weight: 10", "timeout: 1s"))

    assert laneway("release", "promote", "v2").code == 0


@pytest.mark.parametrize("named", [False, True])
def test_weights_in_a_template_are_refused(laneway: Command, tree: Path, named: bool) -> None:  # noqa: FBT001 - how it is reached
    chart = tree / "deploy" / "templates"
    chart.mkdir()
    (tree / "deploy" / "Chart.yaml").write_text("name: mock\nversion: 1.0.0\napiVersion: v2\n")
    (tree / "deploy" / "route.yaml").unlink()
    (chart / "route.yaml").write_text(ROUTE.replace("weight: 50", "weight: {{ .Values.one }}"))
    paths = ["deploy/templates/route.yaml", "deploy/lanes.yaml"] if named else ["deploy"]

    ended = laneway("release", "set", "v1=70", "v2=30", *paths)

    assert ended.code == 1
    assert (
        "error[LW2006] the weights are in a Helm template: deploy/templates/route.yaml" in ended.err
    )
    assert "--> deploy/templates/route.yaml:19:11" in ended.err
    assert "values.yaml" in ended.err


def test_object_that_is_written_twice_is_not_edited(laneway: Command, tree: Path) -> None:
    (tree / "deploy" / "copy.yaml").write_text(ROUTE)
    before = files(tree)

    ended = laneway("release", "promote", "v2")

    assert (ended.code, files(tree)) == (1, before)
    assert "error[LW1018]" in ended.err


def test_file_that_cannot_be_read_keeps_all_from_being_written(
    laneway: Command, tree: Path
) -> None:
    (tree / "deploy" / "broken.yaml").write_text("kind: VirtualService\nspec: [\n")
    before = files(tree)

    ended = laneway("release", "promote", "v2")

    assert (ended.code, files(tree)) == (1, before)
    assert "broken.yaml" in ended.err


def test_permissions_and_links_stay(laneway: Command, tree: Path) -> None:
    (tree / "elsewhere").mkdir()
    real = tree / "elsewhere" / "route.yaml"
    (tree / "deploy" / "route.yaml").rename(real)
    real.chmod(0o640)
    (tree / "deploy" / "route.yaml").symlink_to("../elsewhere/route.yaml")

    assert laneway("release", "promote", "v2", "deploy").code == 0

    assert (tree / "deploy" / "route.yaml").is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert weights(tree) == [0, 100]
    assert [path.name for path in real.parent.iterdir()] == ["route.yaml"]


def test_where_one_file_cannot_be_written_none_is(
    laneway: Command, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files(tree)
    replace = os.replace

    def refuse(old: str, new: str) -> None:
        if new.endswith("mock-v3.yaml"):
            raise OSError(28, "No space left on device", new)
        replace(old, new)

    monkeypatch.setattr(os, "replace", refuse)

    ended = laneway("release", "add-lane", "v3", "--from", "v2")

    assert (ended.code, files(tree)) == (3, before)
    assert "No space left on device" in ended.err


def test_files_are_written_even_if_the_reader_of_the_lines_leaves(tree: Path) -> None:
    script = "import sys; from laneway.apps.cli.entry import run; sys.exit(run(sys.argv[1:]))"
    words = [sys.executable, "-c", script, "release", "add-lane", "v3", "--from", "v2"]
    reading, writing = os.pipe()
    os.close(reading)

    ended = subprocess.run(words, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)

    assert (ended.returncode, b"Traceback" in ended.stderr) == (0, False)
    assert (tree / "deploy" / "mock-v3.yaml").exists()
