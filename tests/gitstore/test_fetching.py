"""One commit is fetched, and it is the one that a revision names."""

from pathlib import Path

import pytest

from laneway.adapters.gitstore import CommitReader, FolderTaken, NotTaken, NotThere, Store
from laneway.core.git.selection import Selection
from tests.gitstore.remotes import MAIN, Repository, objects_in, revision

SERVICE = b"apiVersion: v1\nkind: Service\nmetadata: {name: %s}\nspec: {ports: [{port: 80}]}\n"


def test_branch_tag_commit_and_head_name_their_commits(store: Store, origin: Repository) -> None:
    first = origin.commit({"a.yaml": b"1"}, message="First\n\nand more")
    origin.git("tag", "light", first)
    origin.git("tag", "-a", "-m", "words", "heavy", first)
    second = origin.commit({"a.yaml": b"2"})
    side = origin.commit({"a.yaml": b"3"}, "refs/heads/side")

    named = ["main", "", "HEAD", "side", "refs/heads/side", "light", "heavy", first]
    fetched = [store.fetch(origin.remote, revision(one)) for one in named]

    assert [one.id for one in fetched] == [second] * 3 + [side] * 2 + [first] * 3
    assert (fetched[-1].subject, fetched[-1].author) == ("First", "Ann <ann@example.com>")
    assert fetched[-1].at == 1_700_000_000


def test_branch_wins_over_a_tag_of_its_name(store: Store, origin: Repository) -> None:
    first = origin.commit({"a.yaml": b"1"})
    origin.git("tag", "main", first)
    second = origin.commit({"a.yaml": b"2"})

    assert store.fetch(origin.remote, MAIN).id == second


def test_what_is_not_there_is_said(store: Store, origin: Repository) -> None:
    with pytest.raises(NotThere, match="has no commit at all"):
        store.fetch(origin.remote, revision("HEAD"))
    origin.commit({"a.yaml": b"1"})
    with pytest.raises(NotThere, match="has no branch or tag gone"):
        store.fetch(origin.remote, revision("gone"))
    with pytest.raises(NotThere, match="has no commit 1234"):
        store.fetch(origin.remote, revision("1234567890" * 4))
    origin.folder.rename(origin.folder.with_name("moved"))
    with pytest.raises(NotThere, match="it has no such repository"):
        store.fetch(origin.remote, MAIN)


def test_no_history_comes_with_a_commit(store: Store, origin: Repository) -> None:
    first = origin.commit({"a.yaml": b"1"})
    for number in range(5):
        origin.commit({"a.yaml": b"now %d" % number})

    commit = store.fetch(origin.remote, MAIN)

    assert store.commit(commit.id) == commit
    assert store.entries(commit.tree) is not None
    assert store.commit(first) is None


def test_same_commit_costs_no_pack_and_a_new_one_what_differs(
    store: Store, origin: Repository, tmp_path: Path
) -> None:
    files = {f"f{number}.yaml": b"%d" % number for number in range(200)}
    origin.commit(files)
    store.fetch(origin.remote, MAIN)
    packs = tmp_path / "store" / "objects" / "pack"
    whole = sorted(packs.glob("*.pack"))

    store.fetch(origin.remote, MAIN)
    assert sorted(packs.glob("*.pack")) == whole

    origin.commit({**files, "f0.yaml": b"other"})
    store.fetch(origin.remote, MAIN)
    (fresh,) = set(packs.glob("*.pack")) - set(whole)
    assert objects_in(whole[0]) == 202
    assert objects_in(fresh) == 4  # the commit, its folder, a file, and the folder it is told by


def test_snapshot_says_where_in_the_repository_an_object_stands(
    store: Store, origin: Repository
) -> None:
    origin.commit({"lanes/prod/a.yaml": SERVICE % b"a", "lanes/other.yaml": SERVICE % b"b"})
    reader = CommitReader(store, Selection("lanes/prod"), namespace="shop")

    (service,) = reader.read(store.fetch(origin.remote, MAIN)).resources

    assert (service.meta.source.path, str(service.meta.ref)) == (
        "lanes/prod/a.yaml",
        "Service shop/a",
    )


def test_file_that_a_commit_leaves_alone_keeps_its_objects_unread(
    store: Store, origin: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin.commit({"a.yaml": SERVICE % b"a", "b.yaml": SERVICE % b"b"})
    reader = CommitReader(store, Selection())
    before = reader.read(store.fetch(origin.remote, MAIN)).resources

    origin.commit({"a.yaml": SERVICE % b"a", "b.yaml": SERVICE % b"other"})
    read: list[str] = []
    blob = store.blob

    def noted(name: str) -> bytes | None:
        read.append(name)
        return blob(name)

    monkeypatch.setattr(store, "blob", noted)
    after = reader.read(store.fetch(origin.remote, MAIN)).resources

    assert read == [origin.git("rev-parse", "main:b.yaml")]
    assert after[0] is before[0]
    assert after[1].meta.name == "other"


def test_store_is_one_process_s_and_nothing_else_lies_in_it(store: Store, tmp_path: Path) -> None:
    with pytest.raises(FolderTaken, match="another process"):
        Store(store.folder)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(FolderTaken, match=r"letter\.txt"):
        Store(str(tmp_path / "mine"))
    assert [one.name for one in (tmp_path / "mine").iterdir()] == ["letter.txt"]


def test_what_was_fetched_is_there_after_a_restart(origin: Repository, tmp_path: Path) -> None:
    origin.commit({"a.yaml": SERVICE % b"a"})
    with Store(str(tmp_path / "s")) as store:
        commit = store.fetch(origin.remote, MAIN)
    (tmp_path / "s" / "objects" / "pack" / "tmp123.pack").write_bytes(b"half")

    with Store(str(tmp_path / "s")) as store:
        assert store.commit(commit.id) == commit
        assert len(CommitReader(store, Selection()).read(commit).resources) == 1
    assert not (tmp_path / "s" / "objects" / "pack" / "tmp123.pack").exists()


def test_what_a_power_cut_damaged_is_fetched_again(origin: Repository, tmp_path: Path) -> None:
    origin.commit({"a.yaml": SERVICE % b"a"})
    with Store(str(tmp_path / "s")) as store:
        store.fetch(origin.remote, MAIN)
    packs = tmp_path / "s" / "objects" / "pack"
    [pack] = packs.glob("*.pack")
    pack.chmod(0o600)
    pack.write_bytes(bytes(pack.stat().st_size))

    with Store(str(tmp_path / "s")) as store:
        assert list(packs.iterdir()) == []
        commit = store.fetch(origin.remote, MAIN)
        assert len(CommitReader(store, Selection()).read(commit).resources) == 1


def test_what_nobody_needs_is_let_go(store: Store, origin: Repository, tmp_path: Path) -> None:
    found = []
    for number in range(15):
        origin.commit({"same.yaml": SERVICE % b"same", "a.yaml": SERVICE % b"a%d" % number})
        found.append(store.fetch(origin.remote, MAIN))
        store.keep_only([one.id for one in found[-2:]])
    packs = tmp_path / "store" / "objects" / "pack"

    assert len(list(packs.glob("*.pack"))) <= 13
    assert [store.commit(one.id) for one in found] == [None] * 13 + found[-2:]
    for commit, name in zip(found[-2:], ("a13", "a14"), strict=True):
        resources = CommitReader(store, Selection()).read(commit).resources
        assert [one.meta.name for one in resources] == [name, "same"]
    assert store.blob(origin.git("rev-parse", f"{found[0].id}:a.yaml")) is None


def test_commit_whose_parts_are_gone_is_refused_and_fetched_anew(
    store: Store, origin: Repository
) -> None:
    origin.commit({"below/a.yaml": SERVICE % b"a"})
    commit = store.fetch(origin.remote, MAIN)
    reader = CommitReader(store, Selection("below"))
    lost = origin.git("rev-parse", f"{commit.id}:below")
    found = store.entries
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(store, "entries", lambda name: None if name == lost else found(name))
        with pytest.raises(NotTaken, match="parts are missing"):
            reader.read(commit)

    assert store.commit(commit.id) is None
    assert len(reader.read(store.fetch(origin.remote, MAIN)).resources) == 1
