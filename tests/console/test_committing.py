"""Edits by forms as commits, with a real `git`: pushed, proposed, refused; two people at once."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest
from msgspec.structs import replace

from laneway.adapters.files import Reader
from laneway.adapters.git import GitError
from laneway.apps.console.editing.delivery import EditDelivery
from laneway.apps.console.editing.git import GitEditing, git_editing
from laneway.apps.console.editing.work_tree import Committing, NotDeliveredError
from laneway.core.edits.forms.meanwhile import EditConflict
from laneway.core.edits.forms.showing import shown_group
from laneway.core.edits.forms.values import FormEdit, GroupForm, Removal, ShownForm
from laneway.core.views.form_outcome import EditWritten
from laneway.core.views.form_preview import Preview
from tests.console.edited import (
    EXAMPLE,
    NEW,
    clone_of,
    git,
    git_way,
    in_git,
    lane_shown,
    mesh_of,
    remote_of,
    tagged,
    write,
)

PUSHED = Committing(push=True)
PROPOSED = Committing(prefix="laneway")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A work tree with the strict lanes."""
    found = tmp_path / "lanes"
    shutil.copytree(EXAMPLE, found)
    return in_git(found)


def seen_by(way: GitEditing, name: str = "s1") -> ShownForm:
    """Return a lane as a browser was shown it, with the head of that moment."""
    return replace(lane_shown(way, name), head=asyncio.run(way.head()))


def test_an_edit_is_a_commit_of_its_files_alone(tree: Path) -> None:
    (tree / "services.yaml").write_text((tree / "services.yaml").read_text() + "# mine\n")
    way = git_way(tree)

    ended = write(way, tagged(lane_shown(way), "v7"))

    assert isinstance(ended, EditWritten)
    assert ended.revision == git(tree, "rev-parse", "HEAD").strip()
    assert git(tree, "show", "--format=%s", "--name-only").split("\n\n") == [
        "Change lane s1",
        "lanes.yaml\n",
    ]
    assert git(tree, "status", "--short") == " M services.yaml\n"
    assert "By ann, in the console." in git(tree, "log", "-1", "--format=%b")


def test_a_file_with_changes_of_somebody_is_not_committed(tree: Path) -> None:
    lanes = tree / "lanes.yaml"
    lanes.write_text(lanes.read_text() + "# mine\n")
    way, before = git_way(tree), lanes.read_bytes()

    ended = write(way, tagged(lane_shown(way), "v7"))

    assert isinstance(ended, Preview)
    assert [one.code for one in ended.findings] == ["LW2019"]
    assert lanes.read_bytes() == before


def test_a_hook_that_refuses_leaves_files_as_they_were(tree: Path) -> None:
    hook = tree / ".git" / "hooks" / "pre-commit"
    hook.write_text("#!/bin/sh\necho not on a Friday >&2\nexit 1\n")
    hook.chmod(0o755)
    way, before = git_way(tree), (tree / "lanes.yaml").read_bytes()

    with pytest.raises(GitError, match="not on a Friday"):
        write(way, tagged(lane_shown(way), "v7"))

    assert (tree / "lanes.yaml").read_bytes() == before


def test_a_pushed_edit_is_at_the_remote(tree: Path) -> None:
    remote = remote_of(tree)
    way = git_way(tree, Committing(push=True))

    ended = write(way, FormEdit(NEW, file=str(tree / "s4.yaml")))

    assert isinstance(ended, EditWritten)
    assert git(remote, "rev-parse", "main").strip() == ended.revision


def test_a_proposed_edit_is_a_branch_of_the_remote_and_nothing_here(tree: Path) -> None:
    remote = remote_of(tree)
    way, head = git_way(tree, Committing(prefix="laneway")), git(tree, "rev-parse", "HEAD")
    edits = (
        FormEdit(NEW, file=str(tree / "s4.yaml")),
        FormEdit(Removal("group", "test", with_lanes=True)),
    )

    ended = [write(way, edit) for edit in edits]

    assert all(isinstance(one, EditWritten) for one in ended)
    names = [one.branch for one in ended if isinstance(one, EditWritten)]
    changed = [git(remote, "diff", "--name-status", "main", name).split() for name in names]
    assert changed == [["A", "s4.yaml"], ["D", "lanes.yaml"]]
    assert git(tree, "rev-parse", "HEAD") == head
    assert git(tree, "status", "--short") == ""


def test_a_group_is_shown_as_it_is_after_a_commit(tree: Path) -> None:
    way = git_way(tree)
    found = shown_group(mesh_of(way), "test")
    assert found is not None
    assert isinstance(found.form, GroupForm)
    changed = replace(found.form, services=found.form.services[:2])

    assert isinstance(write(way, FormEdit(changed, found)), EditWritten)
    again = shown_group(mesh_of(way), "test")
    assert again is not None
    assert again.form == changed


def test_the_second_of_two_browsers_is_told_which_commit_came_before(tree: Path) -> None:
    one, other = git_way(tree), git_way(tree)
    shown, shown_too = seen_by(one), seen_by(other)
    assert isinstance(write(one, tagged(shown, "v7")), EditWritten)
    head = git(tree, "rev-parse", "HEAD")

    seen = asyncio.run(other.preview(tagged(shown_too, "v8")))
    ended = write(other, tagged(shown_too, "v8"), "bob")

    assert isinstance(ended, EditConflict)
    assert seen == ended
    assert [(field.field, field.now) for field in ended.fields] == [("labelValue", "v7")]
    assert [line.split(", ", 2)[2] for line in ended.commits] == ["Change lane s1"]
    assert git(tree, "rev-parse", "HEAD") == head


def test_a_commit_to_another_lane_is_told_and_both_are_kept(tree: Path) -> None:
    one, other = git_way(tree), git_way(tree)
    shown, shown_too = seen_by(one, "s1"), seen_by(other, "s3")
    assert isinstance(write(one, tagged(shown, "v7")), EditWritten)

    ended = write(other, tagged(shown_too, "v9"), "bob")

    assert isinstance(ended, EditWritten)
    assert [line.split(", ", 2)[2] for line in ended.since] == ["Change lane s1"]
    text = (EXAMPLE / "lanes.yaml").read_text()
    wanted = text.replace("TAG: v1", "TAG: v7").replace("TAG: v3", "TAG: v9")
    assert git(tree, "show", "HEAD:lanes.yaml") == wanted


def test_comments_that_were_committed_by_hand_meanwhile_stay(tree: Path) -> None:
    remote = remote_of(tree)
    way, lanes = git_way(tree, PUSHED), tree / "lanes.yaml"
    shown = seen_by(way)
    by_hand = "# looked at on Monday\n" + lanes.read_text().replace(
        "online: true", "online: true   # since 9:00"
    )
    lanes.write_text(by_hand)
    git(tree, "commit", "--quiet", "--all", "--message", "Notes")

    ended = write(way, tagged(shown, "v7"))

    assert isinstance(ended, EditWritten)
    wanted = by_hand.replace("TAG: v1", "TAG: v7")
    assert lanes.read_text() == git(remote, "show", "main:lanes.yaml") == wanted
    assert git(tree, "status", "--short") == ""


def test_a_file_with_uncommitted_changes_is_told_before_anybody_applies(tree: Path) -> None:
    way = git_way(tree)
    lanes = tree / "lanes.yaml"
    lanes.write_text(lanes.read_text() + "# mine\n")

    seen = asyncio.run(way.preview(tagged(seen_by(way), "v7")))

    assert isinstance(seen, Preview)
    assert seen.is_refused
    assert "LW2019" in [one.code for one in seen.findings]


@pytest.mark.parametrize("committing", [PUSHED, PROPOSED])
def test_a_remote_that_moved_takes_nothing_and_nothing_is_half_done(
    tree: Path, committing: Committing
) -> None:
    remote = remote_of(tree)
    bob = clone_of(remote, tree.parent / "bob")
    (bob / "lanes.yaml").write_text("# by Bob\n" + (bob / "lanes.yaml").read_text())
    git(bob, "commit", "--quiet", "--all", "--message", "A note of Bob's")
    git(bob, "push", "--quiet")
    way = git_way(tree, committing)
    edit = tagged(seen_by(way), "v7")
    before = git(tree, "rev-parse", "HEAD"), (tree / "lanes.yaml").read_bytes()

    with pytest.raises(NotDeliveredError, match=r"A note of Bob's\. `git -C \S+ pull --ff-only`"):
        write(way, edit)

    assert before == (git(tree, "rev-parse", "HEAD"), (tree / "lanes.yaml").read_bytes())
    assert git(tree, "status", "--short") == ""
    assert git(remote, "branch", "--list").split() == ["*", "main"]
    git(tree, "pull", "--quiet", "--ff-only")
    ended = write(way, edit)
    assert isinstance(ended, EditWritten)
    assert git(remote, "show", f"{ended.branch}:lanes.yaml").startswith("# by Bob\n")


def test_a_remote_that_moves_while_it_is_pushed_takes_nothing(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remote = remote_of(tree)
    bob = clone_of(remote, tree.parent / "bob")
    way = git_way(tree, PUSHED)
    make = type(way.tree._branch).make  # noqa: SLF001 - the moment between looking and pushing

    def meanwhile(*words: object) -> str:
        git(bob, "commit", "--quiet", "--allow-empty", "--message", "At the same time")
        git(bob, "push", "--quiet")
        return make(*words)  # type: ignore[arg-type]

    monkeypatch.setattr(type(way.tree._branch), "make", meanwhile)  # noqa: SLF001
    edit = tagged(seen_by(way), "v7")
    with pytest.raises(NotDeliveredError, match="At the same time"):
        write(way, edit)

    assert git(tree, "status", "--short") == ""
    assert git(tree, "log", "--format=%s") == "Lanes\n"


def test_a_file_that_is_edited_while_it_is_pushed_stays_and_is_named(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remote, lanes = remote_of(tree), tree / "lanes.yaml"
    way = git_way(tree, PUSHED)
    offered = type(way.tree._branch).offered  # noqa: SLF001 - while the remote is asked
    edit = tagged(seen_by(way), "v7")

    def meanwhile(*words: object) -> object:
        lanes.write_text("# mine\n" + lanes.read_text())
        return offered(*words)  # type: ignore[arg-type]

    monkeypatch.setattr(type(way.tree._branch), "offered", meanwhile)  # noqa: SLF001
    ended = write(way, edit)

    assert isinstance(ended, EditWritten)
    assert ended.left == (str(lanes),)
    assert lanes.read_text() == "# mine\n" + (EXAMPLE / "lanes.yaml").read_text()
    assert "TAG: v7" in git(remote, "show", "main:lanes.yaml")
    assert git(tree, "status", "--short") == " M lanes.yaml\n"


@pytest.mark.parametrize(
    ("meanwhile", "words", "status"),
    [
        ("commit", r"somebody committed here meanwhile: `git -C \S+ pull --rebase`", ""),
        ("lock", r"is pushed and committed, .* restore --staged \.`", "MM lanes.yaml\n"),
    ],
)
def test_a_work_tree_in_use_while_it_is_pushed_is_told_and_loses_nothing(
    tree: Path, monkeypatch: pytest.MonkeyPatch, meanwhile: str, words: str, status: str
) -> None:
    remote, lock = remote_of(tree), tree / ".git" / "index.lock"
    way = git_way(tree, PUSHED)
    offered = type(way.tree._branch).offered  # noqa: SLF001 - while the remote is asked
    edit = tagged(seen_by(way), "v7")

    def busy(*given: object) -> object:
        found = offered(*given)  # type: ignore[arg-type]
        if meanwhile == "commit":
            git(tree, "commit", "--quiet", "--allow-empty", "--message", "Mine")
        else:
            lock.touch()
        return found

    monkeypatch.setattr(type(way.tree._branch), "offered", busy)  # noqa: SLF001
    with pytest.raises(GitError, match=words):
        write(way, edit)

    lock.unlink(missing_ok=True)
    assert git(tree, "status", "--short") == status
    how = ("restore", "--staged", ".") if status else ("pull", "--quiet", "--rebase")
    git(tree, *how)
    assert git(tree, "status", "--short") == ""
    assert (tree / "lanes.yaml").read_text() == git(remote, "show", "main:lanes.yaml")
    assert "TAG: v7" in (tree / "lanes.yaml").read_text()


def test_a_new_file_and_one_that_goes_are_pushed_and_the_tree_follows(tree: Path) -> None:
    remote = remote_of(tree)
    way = git_way(tree, PUSHED)
    edits = (
        FormEdit(NEW, file=str(tree / "more" / "s4.yaml")),
        FormEdit(Removal("lane", "s4")),
    )

    ended = [write(way, edit) for edit in edits]

    assert all(isinstance(one, EditWritten) for one in ended)
    assert git(tree, "status", "--short") == ""
    assert git(tree, "rev-parse", "HEAD") == git(remote, "rev-parse", "main")
    assert not (tree / "more" / "s4.yaml").exists()


def test_a_hook_of_the_remote_that_refuses_says_what_else_there_is(tree: Path) -> None:
    hook = remote_of(tree) / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    way = git_way(tree, PUSHED)

    with pytest.raises(NotDeliveredError, match=r"lets nobody push to main: .*--pr-branch"):
        write(way, tagged(seen_by(way), "v7"))

    assert git(tree, "log", "--format=%s") == "Lanes\n"


def test_a_proposal_has_the_page_that_the_remote_names_and_waits_until_it_is_merged(
    tree: Path,
) -> None:
    remote = remote_of(tree)
    hook = remote / "hooks" / "post-receive"
    page = "https://git.test/shop/compare/"
    hook.write_text(f"#!/bin/sh\nread a b ref; echo Visit {page}${{ref#refs/heads/}} >&2\n")
    hook.chmod(0o755)
    way = git_way(tree, PROPOSED)

    ended = write(way, tagged(seen_by(way), "v7"))

    assert isinstance(ended, EditWritten)
    assert ended.branch == f"laneway/console-{ended.revision[:10]}"
    assert ended.page == page + ended.branch
    told = asyncio.run(way.told())
    assert [(one.branch, one.files) for one in told.waiting] == [(ended.branch, ("lanes.yaml",))]
    assert state_of(way, ended) == "proposed"
    bob = clone_of(remote, tree.parent / "bob")
    git(bob, "merge", "--quiet", "--squash", f"origin/{ended.branch}")
    git(bob, "commit", "--quiet", "--message", "By a squash")
    git(bob, "push", "--quiet", "origin", "main", f":{ended.branch}")
    again = git_way(tree, PROPOSED)
    assert state_of(again, ended) == "merged"
    assert asyncio.run(again.told()).waiting == ()
    squash = git(bob, "rev-parse", "HEAD").strip()
    assert asyncio.run(again.standing(ended.revision, squash, 7.0)).state == "live"


def test_a_proposal_whose_branch_is_gone_unmerged_is_told_so(tree: Path) -> None:
    remote = remote_of(tree)
    way = git_way(tree, PROPOSED)
    ended = write(way, tagged(seen_by(way), "v7"))
    assert isinstance(ended, EditWritten)
    git(remote, "branch", "--quiet", "-D", ended.branch)

    assert state_of(git_way(tree, PROPOSED), ended) == "gone"


def test_a_proposal_may_begin_where_others_changed_other_files(tree: Path) -> None:
    remote = remote_of(tree)
    bob = clone_of(remote, tree.parent / "bob")
    git(bob, "commit", "--quiet", "--allow-empty", "--message", "Elsewhere")
    git(bob, "push", "--quiet")
    way = git_way(tree, PROPOSED)

    assert isinstance(write(way, tagged(seen_by(way), "v7")), EditWritten)


def test_commits_that_only_the_work_tree_has_are_told_to_go_along(tree: Path) -> None:
    remote_of(tree)
    git(tree, "commit", "--quiet", "--allow-empty", "--message", "Mine")
    way = git_way(tree, PUSHED)

    told = asyncio.run(way.told())

    assert (told.becomes, told.branch, told.remote, told.ahead) == (
        *("pushed", "main", "origin/main"),
        1,
    )


def state_of(way: GitEditing, written: EditWritten) -> str:
    return asyncio.run(way.standing(written.revision, "", None)).state


@pytest.mark.parametrize(
    ("commands", "committing", "words"),
    [
        ([("switch", "--quiet", "--detach")], Committing(), "has no branch checked out"),
        ([], PUSHED, "branch main has no upstream"),
        ([], Committing(prefix="a..b"), "begins no branch"),
    ],
)
def test_what_keeps_edits_from_being_delivered_is_told_at_the_start(
    tree: Path, commands: list[tuple[str, ...]], committing: Committing, words: str
) -> None:
    for one in commands:
        git(tree, *one)

    with pytest.raises(GitError, match=words):
        git_way(tree, committing)


def test_paths_outside_of_a_work_tree_are_no_commits(tree: Path, tmp_path: Path) -> None:
    with pytest.raises(GitError, match="in no work tree"):
        git_editing(Reader([str(tmp_path)]), Committing())
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "--quiet")
    with pytest.raises(GitError, match="are in several repositories"):
        git_editing(Reader([str(tree), str(other)]), Committing())


APPLICATION = {"path": "", "namespace": "default", "targetRevision": "main"}


def test_what_is_followed_is_edited_in_a_work_tree_of_it_alone(tree: Path, tmp_path: Path) -> None:
    remote = remote_of(tree)
    told = APPLICATION | {"repoURL": str(remote)}
    delivery = EditDelivery(PUSHED, str(tree))

    way = delivery.of_application(told)
    assert isinstance(write(way, tagged(seen_by(way), "v7")), EditWritten)
    with pytest.raises(GitError, match="no work tree of"):
        delivery.of_application(told | {"repoURL": "https://git.test/else.git"})
    with pytest.raises(GitError, match="no folder deploy"):
        delivery.of_application(told | {"path": "deploy"})
    git(tree, "switch", "--quiet", "--create", "topic", "--track", "origin/main")
    with pytest.raises(GitError, match=r"main is followed, and .* has topic checked out"):
        delivery.of_application(told)
    with pytest.raises(GitError, match="in no work tree"):
        EditDelivery(PUSHED, str(tmp_path)).of_application(told)
