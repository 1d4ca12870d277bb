"""The objects of the store on disk: packs in a folder of our own, and what of them is needed.

Comes in: ids, and packs that have passed the scan. Goes out: commits, folders and files. Apart from
the store, which knows of servers; only here are files written and removed, all of them below the
one folder. A pack that was half written when somebody was killed is gone at the next opening.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import BinaryIO

from dulwich.object_store import DiskObjectStore
from dulwich.objects import Commit, ObjectID, ShaFile, Tag, Tree
from dulwich.pack import full_unpacked_object

_PACK = re.compile(r"(pack-[0-9a-f]{40})\.(pack|idx)")
_ID = re.compile(r"[0-9a-f]{40}")
FOLDER = 0o40000
"""The mode of a folder in a folder."""
_CHUNK = 1 << 20
_MOST_TAGS = 5
"""How many tags may lead to one another before a commit."""

Receiving = tuple[BinaryIO, Callable[[], object], Callable[[], None]]
"""A file to write a pack to, what takes it in, and what drops it."""


class Objects:
    """The objects in a folder, which is made if need be. To be closed."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._packs = os.path.join(folder, "pack")
        os.makedirs(self._packs, mode=0o700, exist_ok=True)
        self._tidy()
        self._store = DiskObjectStore(folder)

    def close(self) -> None:
        """Let go of all files."""
        self._store.close()

    def get(self, name: str) -> ShaFile | None:
        """Return an object by its id; None where it is not here, or no id was given."""
        if not _ID.fullmatch(name):
            return None
        try:
            return self._store[ObjectID(name.encode())]
        except KeyError:
            return None

    def peeled(self, name: str) -> ShaFile | None:
        """Return the object that a tag leads to, at once or through other tags."""
        found = self.get(name)
        for _ in range(_MOST_TAGS):
            if not isinstance(found, Tag):
                break
            found = self.get(found.object[1].decode())
        return found

    def receiving(self) -> Receiving:
        """Begin a pack."""
        file, take, drop = self._store.add_pack()

        def dropped() -> None:
            with suppress(FileNotFoundError):
                drop()

        return file, take, dropped

    def count(self) -> int:
        """Return how many packs there are."""
        return len(list(self._store.packs))

    def pack_anew(self, commits: Iterable[str]) -> None:
        """Keep what these commits need, in one pack, and remove all others."""
        needed = list(dict.fromkeys(self._needed(commits)))
        unpacked = (full_unpacked_object(self._store[one]) for one in needed)
        pack = self._store.add_pack_data(len(needed), unpacked)
        kept = "" if pack is None else pack.name().decode()
        self._store.close()
        for name in os.listdir(self._packs):
            if not kept or kept not in name:
                os.unlink(os.path.join(self._packs, name))
        self._store = DiskObjectStore(self._folder)

    def _needed(self, commits: Iterable[str]) -> Iterator[ObjectID]:
        """Yield the ids of all that commits hold, as far as it is here."""
        seen = set()
        for name in commits:
            commit = self.get(name)
            if not isinstance(commit, Commit):
                continue
            yield commit.id
            waiting = [commit.tree]
            while waiting:
                tree = self.get(waiting.pop().decode())
                if not isinstance(tree, Tree) or tree.id in seen:
                    continue
                seen.add(tree.id)
                yield tree.id
                for entry in tree.iteritems():
                    if entry.mode == FOLDER:
                        waiting.append(entry.sha)
                    elif entry.sha in self._store:
                        yield entry.sha

    def _tidy(self) -> None:
        """Remove whatever is no pack with its index: nothing else belongs here.

        Packs hold parts of what others need, so if one is damaged all go: they are fetched again.
        """
        found = [(name, _PACK.fullmatch(name)) for name in os.listdir(self._packs)]
        files = Counter(match[1] for _, match in found if match)
        pairs = {name for name, match in found if match and files[match[1]] == 2}
        is_sound = all(_is_sound(os.path.join(self._packs, name)) for name in pairs)
        for name, _ in found:
            if name not in pairs or not is_sound:
                os.unlink(os.path.join(self._packs, name))
        for name in os.listdir(self._folder):
            if name != "pack":
                path = os.path.join(self._folder, name)
                shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)


def _is_sound(path: str) -> bool:
    """Whether a pack or an index is as it was written: it ends with the digest of all before that.

    https://git-scm.com/docs/gitformat-pack
    """
    digest = hashlib.sha1(usedforsecurity=False)
    with open(path, "rb") as file:
        left = os.fstat(file.fileno()).st_size - digest.digest_size
        while left > 0 and (part := file.read(min(left, _CHUNK))):
            digest.update(part)
            left -= len(part)
        return file.read() == digest.digest()
