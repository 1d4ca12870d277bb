"""Repositories that somebody made to do harm: each is refused with a finding, and nothing is done.

Beside the store lies a file that links lead to and a folder that nobody may write to: what was
there before is there after, and nothing else; and no object ever holds what that file says.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from laneway.adapters.gitstore import CommitReader, Limits, NotFetched, NotTaken, Store
from laneway.adapters.gitstore.scan import NoPack, scan
from laneway.adapters.gitstore.watch import TooMuch
from laneway.core.git.selection import Selection
from laneway.core.mesh.snapshot import Snapshot
from tests.gitstore.remotes import FILE, LINK, MAIN, SUBMODULE, Files, Repository

NAMESPACE = b"apiVersion: v1\nkind: Namespace\nmetadata: {name: %s}\n"
GOOD = {"lanes/a.yaml": NAMESPACE % b"a"}
OUTSIDE = NAMESPACE % b"stolen"
EVERYTHING = Selection(recurse=True)


def everything(folder: Path) -> dict[str, str]:
    """Return every file, folder and link below a folder, with what it holds."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            found[str(path)] = str(path.readlink())
        elif path.is_file():
            found[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest()
        else:
            found[str(path)] = "a folder"
    return found


@pytest.fixture
def home(tmp_path: Path, origin: Repository) -> Iterator[Path]:
    """A folder with things in it that are nobody's business, before and after."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "outside.yaml").write_bytes(OUTSIDE)
    yield home
    assert origin.folder.is_dir()


def taken(
    home: Path, origin: Repository, selection: Selection = EVERYTHING, limits: Limits | None = None
) -> Snapshot:
    """Fetch and read; hold what lies around against what lay there before."""
    before = everything(home), everything(origin.folder)
    try:
        with Store(str(home.parent / "store"), limits) as store:
            snapshot = CommitReader(store, selection).read(store.fetch(origin.remote, MAIN))
    finally:
        assert (everything(home), everything(origin.folder)) == before
        inside = home.parent / "store"
        assert {path.name for path in inside.iterdir()} <= {"lock", "objects", "whole"}
        assert not any(path.is_symlink() for path in inside.rglob("*"))
    assert "stolen" not in {one.meta.name for one in snapshot.resources}
    return snapshot


def refused(
    home: Path, origin: Repository, selection: Selection = EVERYTHING, limits: Limits | None = None
) -> list[tuple[str, str]]:
    """Return the codes and places by which a commit is refused."""
    with pytest.raises(NotTaken) as caught:
        taken(home, origin, selection, limits)
    assert caught.value.commit
    assert all(one.message.isprintable() for one in caught.value.findings)
    return [
        (one.code.id, one.place.source.path if one.place else "") for one in caught.value.findings
    ]


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("lanes/b.yaml", "/etc/hostname"),
        ("lanes/b.yaml", "{home}/outside.yaml"),
        ("lanes/b.yaml", "../../home/outside.yaml"),
        ("lanes/b.yaml", "../lanes/../../home/outside.yaml"),
        ("lanes/b.yaml", "x/../../../lanes/a.yaml"),
        ("lanes/folder", "{home}"),
        ("lanes/folder", "../.."),
    ],
)
def test_link_out_of_the_tree_is_refused(
    home: Path, origin: Repository, path: str, target: str
) -> None:
    held = target.format(home=home).encode()
    origin.commit({**GOOD, path: (LINK, held)})

    assert refused(home, origin) == [("LW2111", path)]


@pytest.mark.parametrize("target", ["../shared/b.yaml", "./../lanes/../shared/b.yaml"])
def test_link_inside_the_tree_leads_to_its_file(
    home: Path, origin: Repository, target: str
) -> None:
    files: Files = {**GOOD, "lanes/b.yaml": (LINK, target.encode())}
    origin.commit({**files, "shared/b.yaml": NAMESPACE % b"b"})

    found = taken(home, origin, Selection("lanes"))

    assert [one.meta.name for one in found.resources] == ["a", "b"]
    assert found.resources[1].meta.source.path == "lanes/b.yaml"


@pytest.mark.parametrize("target", ["gone.yaml", "b.yaml", "../lanes", "", "../link/a.yaml"])
def test_link_to_no_file_is_told_and_passed_by(home: Path, origin: Repository, target: str) -> None:
    files: Files = {**GOOD, "lanes/b.yaml": (LINK, target.encode()), "link": (LINK, b"lanes")}
    origin.commit(files)

    found = taken(home, origin)

    assert [one.code.id for one in found.findings] == ["LW2112"]
    assert [one.meta.name for one in found.resources] == ["a"]


def test_folder_that_is_a_link_is_no_folder(home: Path, origin: Repository) -> None:
    origin.commit({**GOOD, "prod": (LINK, b"lanes"), "out": (LINK, str(home).encode())})

    for path in ("prod", "out", "lanes/a.yaml", "gone"):
        assert refused(home, origin, Selection(path)) == [("LW2110", path)]


def test_submodule_is_refused_where_it_is_searched(home: Path, origin: Repository) -> None:
    origin.commit(
        {
            **GOOD,
            "lanes/sub": (SUBMODULE, b"1" * 40),
            ".gitmodules": b'[submodule "x"]\n\tpath = lanes/sub\n\turl = ext::date\n',
        }
    )

    assert refused(home, origin) == [("LW2113", "lanes/sub")]
    assert len(taken(home, origin, Selection("lanes")).resources) == 1
    assert len(taken(home, origin, Selection(recurse=True, exclude="lanes/sub*")).resources) == 1


def test_pointer_of_lfs_is_refused(home: Path, origin: Repository) -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 9\n" % (b"1" * 64)
    origin.commit({**GOOD, "lanes/b.yaml": pointer})

    assert refused(home, origin) == [("LW2114", "lanes/b.yaml")]


@pytest.mark.parametrize(
    ("files", "tool"),
    [
        ({"kustomization.yaml": b"resources: [a.yaml]"}, "kustomize"),
        ({"Chart.yaml": b"name: a"}, "Helm"),
    ],
)
def test_folder_for_other_programs_is_refused_unless_it_is_meant_so(
    home: Path, origin: Repository, files: Files, tool: str
) -> None:
    origin.commit({"a.yaml": NAMESPACE % b"a", **files})

    with pytest.raises(NotTaken, match=f"is for {tool}"):
        taken(home, origin, Selection())
    assert len(taken(home, origin, Selection(is_plain=True)).resources) == 1


def test_program_in_jsonnet_is_refused_unless_it_is_left_out(
    home: Path, origin: Repository
) -> None:
    origin.commit({**GOOD, "lanes/b.jsonnet": b"[]"})

    assert refused(home, origin) == [("LW2124", "lanes/b.jsonnet")]
    assert len(taken(home, origin, Selection("lanes", exclude="*.jsonnet")).resources) == 1


@pytest.mark.parametrize(
    "name", [b"..", b".", b".git", b".GIT", b"../../home/outside.yaml", b"a/b.yaml"]
)
def test_name_that_git_never_writes_is_refused(home: Path, origin: Repository, name: bytes) -> None:
    held = origin.blob(OUTSIDE)
    origin.commit_tree(origin.raw_tree([(FILE, name, held)]))

    with pytest.raises(NotFetched) as caught:
        taken(home, origin)
    assert [one.code.id for one in caught.value.findings] in (["LW2115"], ["LW2108"])


def test_name_twice_in_a_folder_is_refused(home: Path, origin: Repository) -> None:
    one, other = origin.blob(NAMESPACE % b"a"), origin.blob(NAMESPACE % b"b")
    origin.commit_tree(origin.raw_tree([(FILE, b"a.yaml", one), (FILE, b"a.yaml", other)]))

    assert refused(home, origin) == [("LW2115", ".")]


@pytest.mark.parametrize("name", ["\x1b[31m.yaml", "a\nb.yaml", "-rf.yaml", "\u202ea.yaml"])
def test_name_that_cannot_be_shown_is_spelled(home: Path, origin: Repository, name: str) -> None:
    origin.commit({name: NAMESPACE % b"a"})

    (found,) = taken(home, origin).resources

    assert found.meta.source.path.isprintable()


@pytest.mark.parametrize("branch", ["--upload-pack=x", "-x"])
def test_branch_like_an_option_is_there_and_nobody_minds(
    home: Path, origin: Repository, branch: str
) -> None:
    commit = origin.commit(GOOD)
    (origin.folder / "refs" / "heads" / branch).write_text(f"{commit}\n")

    assert len(taken(home, origin).resources) == 1


def test_nothing_of_a_repository_s_configuration_applies(home: Path, origin: Repository) -> None:
    run = f"touch {home}/ran"
    origin.commit(
        {
            **GOOD,
            ".gitattributes": b"*.yaml filter=x ident text eol=crlf working-tree-encoding=UTF-16\n",
            ".git-config": f'[filter "x"]\n\tsmudge = {run}\n'.encode(),
            "hooks/post-checkout": (f"#!/bin/sh\n{run}\n".encode()),
            "objects/info/alternates": str(home).encode(),
        }
    )

    (found,) = taken(home, origin).resources

    assert found.meta.name == "a"


SMALL = Limits(pack=200_000, inflated=400_000, objects=300, object=50_000, file=20_000, files=20)
SMALL_TREE = Limits(total=3_000, depth=4, entries=40, files=30)


@pytest.mark.parametrize(
    ("files", "limits", "words"),
    [
        ({"a.yaml": b"# " + b"a" * 30_000}, SMALL, "a.yaml has more than 20,000 bytes"),
        ({"film": b"a" * 60_000}, SMALL, "a file or folder of the commit has more than 50,000"),
        ({"film": os.urandom(300_000)}, SMALL, "the pack of the commit has more than 200,000"),
        ({f"{n}": b"%d" % n * 9_000 for n in range(40)}, SMALL, "unpacks to more than 400,000"),
        ({f"{n}": b"%d" % n for n in range(400)}, SMALL, "the commit has more than 300 objects"),
        ({f"{n}.yaml": b"" for n in range(25)}, SMALL, "the repository has more than 20 files"),
        ({"a/" * 6 + "a.yaml": b""}, SMALL_TREE, "folders nest more than 4 levels deep"),
        ({f"{n}.txt": b"" for n in range(50)}, SMALL_TREE, "its folders have more than 40 entries"),
        ({f"{n}.yaml": b"#" * 999 for n in range(5)}, SMALL_TREE, "manifests have more than 3,000"),
    ],
)
def test_too_much_is_refused_as_a_whole(
    home: Path, origin: Repository, files: Files, limits: Limits, words: str
) -> None:
    origin.commit({**GOOD, **files})

    with pytest.raises(NotTaken, match=words) as caught:
        taken(home, origin, limits=limits)
    assert [one.code.id for one in caught.value.findings] == ["LW2107"]


def test_good_commit_is_there_after_a_bad_one(home: Path, origin: Repository) -> None:
    good = origin.commit(GOOD)
    with Store(str(home.parent / "store"), SMALL) as store:
        reader = CommitReader(store, EVERYTHING)
        before = reader.read(store.fetch(origin.remote, MAIN))
        origin.commit({**GOOD, "film": b"a" * 60_000})
        with pytest.raises(NotTaken):
            store.fetch(origin.remote, MAIN)
        kept = store.commit(good)
        assert kept is not None
        assert reader.read(kept).is_same(before)
        origin.commit({"lanes/a.yaml": NAMESPACE % b"new"})
        (found,) = reader.read(store.fetch(origin.remote, MAIN)).resources
        assert found.meta.name == "new"


def packed(*entries: bytes, count: int | None = None) -> bytes:
    """Return a pack of entries as they are."""
    raw = b"PACK" + (2).to_bytes(4, "big") + (count or len(entries)).to_bytes(4, "big")
    raw += b"".join(entries)
    return raw + hashlib.sha1(raw, usedforsecurity=False).digest()


def entry(kind: int, says: int, held: bytes) -> bytes:
    """Return an entry that says a size and holds bytes."""
    head, says = [kind << 4 | says & 15], says >> 4
    while says:
        head[-1] |= 0x80
        head.append(says & 0x7F)
        says >>= 7
    return bytes(head) + zlib.compress(held)


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (packed(entry(3, 5, b"hello")), None),
        (packed(entry(3, 100_000, b"hello")), TooMuch),
        (packed(entry(3, 5, b"hello" * 9)), NoPack),
        (packed(entry(3, 50, b"hello")), NoPack),
        (packed(entry(6, 3, b"\x05\x90\x4e")[:1] + b"\x10" + zlib.compress(b"\x05\x90\x4e")), None),
        (packed(entry(6, 4, b"")[:1] + b"\x10" + zlib.compress(b"\x05\x80\x80\x40")), TooMuch),
        (packed(entry(7, 2, b"")[:1] + b"1" * 20 + zlib.compress(b"\x85\x80")), NoPack),
        (packed(*[entry(3, 40_000, bytes(40_000))] * 11), TooMuch),
        (packed(count=301), TooMuch),
        (packed(entry(3, 5, b"hello"), count=2), NoPack),
        (packed(entry(3, 5, b"hello"))[:20], NoPack),
        (b"none" * 20, NoPack),
        (b"P", NoPack),
        (packed(b"\xff" * 40), NoPack),
    ],
)
def test_pack_is_looked_over_before_it_is_unpacked(
    tmp_path: Path, raw: bytes, error: type[Exception] | None
) -> None:
    path = tmp_path / "pack"
    path.write_bytes(raw)
    with path.open("rb") as file:
        if error is None:
            scan(file, SMALL)
            return
        with pytest.raises(error):
            scan(file, SMALL)
