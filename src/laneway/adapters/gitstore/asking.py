"""Asks a server for one commit, and receives it.

Comes in: a client of Git's protocol, a revision, and the commits that are here. Goes out: the id of
what the revision names, with its pack in the store. Raises whatever the library, the watch and the
scan raise: what that means is said elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from dulwich.client import GitClient
from dulwich.objects import ObjectID
from dulwich.refs import Ref

from laneway.adapters.gitstore.errors import NotTaken
from laneway.adapters.gitstore.limits import Limits
from laneway.adapters.gitstore.objects import Objects
from laneway.adapters.gitstore.scan import NoPack, scan
from laneway.adapters.gitstore.watch import FetchWatch
from laneway.core.git.revision import HEAD, GitRevision

_ID = re.compile(rb"[0-9a-f]{40}")


class NoSuchRevision(Exception):  # noqa: N818 - the store makes a finding of it
    """The server has none of the names, or no such commit."""


class OneQuestion:
    """One question to a server. `wanted` is the id of its answer, once it is known.

    `whole` are the commits that are here, `refused` those that are not taken however often.
    """

    def __init__(
        self,
        objects: Objects,
        whole: Sequence[str],
        refused: Mapping[str, NotTaken],
        revision: GitRevision,
    ) -> None:
        self._objects = objects
        self._whole = whole
        self._refused = refused
        self._revision = revision
        self.wanted = ""

    def received(self, way: GitClient, watch: FetchWatch, limits: Limits) -> str:
        """Return the id that the revision names, once all that belongs to it is in the store."""
        names = [name.encode() for name in self._revision.names or (HEAD,)]
        file, take, drop = self._objects.receiving()
        try:

            def packed(raw: bytes) -> int:
                watch.packed(len(raw))
                return file.write(raw)

            way.fetch_pack(
                b"",
                self._wants,
                _Here(self._whole),
                packed,
                depth=1,
                ref_prefix=names,
                filter_spec=b"blob:limit=%d" % (limits.file + 1),
            )
            if file.tell():
                file.flush()
                scan(file, limits)
                take()
        finally:
            drop()
        return self.wanted

    def _wants(self, refs: Mapping[Ref, ObjectID], depth: int | None = None) -> list[ObjectID]:  # noqa: ARG002 - the library's own form
        """Choose among the names of the server; nothing where the answer is here."""
        if self._revision.commit:
            self.wanted = self._revision.commit
        else:
            names = [Ref(name.encode()) for name in self._revision.names]
            found = [refs[name] for name in names if name in refs]
            if not found:
                raise NoSuchRevision
            if not _ID.fullmatch(found[0]):
                raise NoPack("it names objects in another form than SHA-1")
            self.wanted = found[0].decode()
        if self.wanted in self._refused:
            raise self._refused[self.wanted]
        here = self._objects.peeled(self.wanted)
        if here is not None and here.id.decode() in self._whole:
            return []
        return [ObjectID(self.wanted.encode())]


class _Here:
    """Tells a server which commits are here, and that no history of theirs is."""

    def __init__(self, whole: Sequence[str]) -> None:
        self.shallow = {ObjectID(name.encode()) for name in whole}
        self._rest = iter(sorted(self.shallow))

    def __next__(self) -> ObjectID | None:
        return next(self._rest, None)

    def ack(self, sha: ObjectID) -> None:
        """Take note of what a server has as well: nothing follows from it."""

    def nak(self) -> None:
        """Take note that a server has nothing of it: nothing follows from it."""
