"""Repositories of Git itself, made for a test, whatever they hold.

Comes in: files by path, with modes where they are no plain files. Goes out: bare repositories, to
be asked over every way. Trees are written as raw objects, so that a repository can hold what `git
add` would refuse.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from laneway.core.findings.finding import Finding
from laneway.core.git.remote import Remote, read_remote
from laneway.core.git.revision import GitRevision, read_revision

FILE, LINK, SUBMODULE = "100644", "120000", "160000"
Files = Mapping[str, bytes | tuple[str, bytes]]
"""Bytes by path; with a mode before them where they are no plain file."""

ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ann",
    "GIT_AUTHOR_EMAIL": "ann@example.com",
    "GIT_AUTHOR_DATE": "1700000000 +0100",
    "GIT_COMMITTER_NAME": "Ann",
    "GIT_COMMITTER_EMAIL": "ann@example.com",
    "GIT_COMMITTER_DATE": "1700000000 +0100",
}


class Repository(Struct, frozen=True):
    """A bare repository in a folder."""

    folder: Path

    @classmethod
    def made(cls, folder: Path) -> Repository:
        """Make an empty one."""
        one = cls(folder)
        folder.mkdir(parents=True)
        one.git("init", "--quiet", "--bare", "--initial-branch=main")
        return one

    @property
    def remote(self) -> Remote:
        return remote(f"file://{self.folder}")

    def git(self, *words: str, given: bytes = b"", **more: str) -> str:
        """Run Git's own program here; return what it says."""
        ended = subprocess.run(
            ["git", "-C", str(self.folder), *words],
            input=given,
            capture_output=True,
            check=True,
            env={**ENVIRONMENT, **more},
        )
        return ended.stdout.decode(errors="surrogateescape").strip()

    def commit(self, files: Files, ref: str = "refs/heads/main", message: str = "A change") -> str:
        """Commit exactly these files onto a ref; return the commit's id."""
        return self.commit_tree(self.tree(files), ref, message)

    def commit_tree(self, tree: str, ref: str = "refs/heads/main", message: str = "A tree") -> str:
        before = self.git("for-each-ref", "--format=%(objectname)", ref)
        parent = ("-p", before) if before else ()
        made = self.git("commit-tree", tree, *parent, given=message.encode())
        self.git("update-ref", ref, made)
        return made

    def tree(self, files: Files) -> str:
        """Write files as a tree with its subtrees; return its id."""
        held = [one if isinstance(one, tuple) else (FILE, one) for one in files.values()]
        blobs = self.blobs([raw for mode, raw in held if mode != SUBMODULE])
        found = {
            path: (mode, raw.decode() if mode == SUBMODULE else blobs[raw])
            for path, (mode, raw) in zip(files, held, strict=True)
        }
        return self._tree(found)

    def _tree(self, files: Mapping[str, tuple[str, str]]) -> str:
        entries: dict[str, tuple[str, str]] = {}
        below: dict[str, dict[str, tuple[str, str]]] = {}
        for path, held in files.items():
            first, _, rest = path.partition("/")
            if rest:
                below.setdefault(first, {})[rest] = held
            else:
                entries[first] = held
        entries |= {name: ("40000", self._tree(inner)) for name, inner in below.items()}
        return self.raw_tree([(mode, name.encode(), one) for name, (mode, one) in entries.items()])

    def raw_tree(self, entries: list[tuple[str, bytes, str]]) -> str:
        """Write a tree as it is, whatever Git thinks of it."""
        ordered = sorted(entries, key=lambda one: one[1] + (b"/" if one[0] == "40000" else b""))
        raw = b"".join(
            mode.encode() + b" " + name + b"\0" + bytes.fromhex(one) for mode, name, one in ordered
        )
        return self.git("hash-object", "-w", "--literally", "-t", "tree", "--stdin", given=raw)

    def blob(self, raw: bytes) -> str:
        return self.blobs([raw])[raw]

    def blobs(self, raws: list[bytes]) -> dict[bytes, str]:
        """Write bytes as blobs, all at once; return their ids."""
        different = list(dict.fromkeys(raws))
        said = b"".join(
            b"blob\nmark :%d\ndata %d\n%b\n" % (number, len(raw), raw)
            for number, raw in enumerate(different, 1)
        )
        marks = self.folder / "marks"
        self.git("fast-import", "--quiet", f"--export-marks={marks}", given=said)
        names = dict(line[1:].split() for line in marks.read_text().splitlines())
        marks.unlink()
        return {raw: names[str(number)] for number, raw in enumerate(different, 1)}


def remote(url: str) -> Remote:
    """Return a remote that passes the check, with every way allowed."""
    found = read_remote(url, allowed={"https", "http", "ssh", "file"})
    assert not isinstance(found, Finding), found.message
    return found


def revision(text: str) -> GitRevision:
    found = read_revision(text)
    assert not isinstance(found, Finding), found.message
    return found


def objects_in(pack: Path) -> int:
    """Return how many objects a pack says that it has."""
    return int.from_bytes(pack.read_bytes()[8:12], "big")


MAIN = revision("main")
