"""A store of Git objects of our own, and what is fetched into it.

Comes in: a folder that is the store's alone, a remote and a revision. Goes out: one commit with all
its files, without any history; or an exception that says why not. The store is no repository: it
has no configuration, attributes, hooks, filters, index or work tree, and nothing is checked out.
A fetch brings what differs from the commits that are here; what nobody needs any more is let go.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Collection, Sequence
from types import TracebackType
from typing import Self

from dulwich.errors import ObjectFormatException
from dulwich.objects import Blob, Commit, Tree, parse_tree

from laneway.adapters.gitstore.asking import OneQuestion
from laneway.adapters.gitstore.commit import CommitId, FetchedCommit
from laneway.adapters.gitstore.credentials import GitCredentials, Secret, given, helped
from laneway.adapters.gitstore.errors import FolderTaken, NotFetched, NotTaken
from laneway.adapters.gitstore.faults import Faults, wants_a_secret
from laneway.adapters.gitstore.limits import Limits
from laneway.adapters.gitstore.objects import Objects
from laneway.adapters.gitstore.watch import FetchWatch
from laneway.adapters.gitstore.ways import client
from laneway.core.findings.codes import fetching
from laneway.core.git.remote import Remote
from laneway.core.git.revision import GitRevision

_OBJECTS, _WHOLE, _LOCK = "objects", "whole", "lock"
_OURS = frozenset({_OBJECTS, _WHOLE, f"{_WHOLE}.new", _LOCK})
_MOST_PACKS = 12
"""So many packs are kept before those that nobody needs are let go."""
_LONGEST_LINE = 200


class Store:
    """A store in a folder, which is made if need be. Raises FolderTaken.

    To be closed; not for use by several threads at once.
    """

    def __init__(self, folder: str, limits: Limits | None = None) -> None:
        self.folder = os.path.realpath(folder)
        self.limits = limits or Limits()
        os.makedirs(self.folder, mode=0o700, exist_ok=True)
        others = sorted(set(os.listdir(self.folder)) - _OURS)
        if others:
            raise FolderTaken(f"{folder} holds {others[0]}, which is no part of a store")
        self._lock = os.open(self._path(_LOCK), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            raise FolderTaken(f"another process uses {folder}") from None
        self._objects = Objects(self._path(_OBJECTS))
        self._whole = self._known_whole()
        self._refused: dict[str, NotTaken] = {}
        """The last commit that was over a limit: it is not fetched again and again."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the folder."""
        self._objects.close()
        os.close(self._lock)

    def fetch(
        self, remote: Remote, revision: GitRevision, credentials: GitCredentials | None = None
    ) -> FetchedCommit:
        """Bring the commit that a revision of a remote is now. Raises a kind of NotFetched.

        Costs one question where that commit is here already, or was over a limit. Where the server
        wants to know who asks and no token is given, the credential helper of the person's `git` is
        asked.
        """
        secret = given(credentials or GitCredentials())
        try:
            return self._fetched(remote, revision, secret)
        except NotFetched as why:
            if secret is not None or not wants_a_secret(why, remote):
                raise
            secret = helped(remote, self.folder)
            if secret is None:
                raise
        return self._fetched(remote, revision, secret)

    def commit(self, name: str) -> FetchedCommit | None:
        """Return a commit that is here from an earlier fetch; None for any other."""
        return self._commit(name) if name in self._whole else None

    def keep_only(self, commits: Collection[str]) -> None:
        """Let go of all commits but these; the room they take is freed once it is worth it."""
        kept = [name for name in self._whole if name in commits]
        if kept != self._whole:
            self._write_whole(kept)
        if self._objects.count() > _MOST_PACKS:
            self._objects.pack_anew(kept)

    def blob(self, name: str) -> bytes | None:
        """Return what a file holds, by its id; None where the server did not send it."""
        found = self._objects.get(name)
        return found.data if isinstance(found, Blob) else None

    def entries(self, name: str) -> list[tuple[bytes, int, str]] | None:
        """Return name, mode and id of all that is in a folder, by its id; None where it is none.

        A name may come twice: that is for the caller to see.
        """
        found = self._objects.get(name)
        if not isinstance(found, Tree):
            return None
        try:
            listed = list(parse_tree(found.as_raw_string(), sha_len=20))
        except (ObjectFormatException, ValueError):
            return None
        return [(entry, mode, one.decode()) for entry, mode, one in listed]

    def forget(self) -> None:
        """Take no commit for whole any more, so that the next fetch brings all of it."""
        self._write_whole([])

    def _fetched(
        self, remote: Remote, revision: GitRevision, secret: Secret | None
    ) -> FetchedCommit:
        """Fetch what differs; where that does not fit what is here, all of it.

        A server that leaves out large files may still tell a smaller one by how it differs.
        """
        try:
            return self._asked(remote, revision, secret, self._whole)
        except NotTaken as why:
            if why.commit and any(one.code is fetching.OVER_A_LIMIT for one in why.findings):
                self._refused = {why.commit: why}
            if not self._whole or all(one.code is not fetching.NOT_GIT for one in why.findings):
                raise
        return self._asked(remote, revision, secret, [])

    def _asked(
        self, remote: Remote, revision: GitRevision, secret: Secret | None, whole: Sequence[str]
    ) -> FetchedCommit:
        asking = OneQuestion(self._objects, whole, self._refused, revision)
        faults = Faults(remote, revision, self.limits, secret)
        with FetchWatch(self.limits) as watch:
            way = client(remote, watch, secret)
            watch.then(way.close)
            try:
                return self._taken(asking.received(way, watch, self.limits), faults)
            except NotFetched:
                raise
            except Exception as error:
                if watch.is_late:
                    raise faults.late() from error
                raise faults.of(error, way.said, asking.wanted) from error

    def _taken(self, name: str, faults: Faults) -> FetchedCommit:
        """Take what was received for whole. Raises NotTaken where it is no commit."""
        commit = self._commit(name)
        if commit is None or self.entries(commit.tree) is None:
            raise faults.no_git("it is no commit with files", name)
        if commit.id not in self._whole:
            self._write_whole([*self._whole, commit.id])
        return commit

    def _commit(self, name: str) -> FetchedCommit | None:
        found = self._objects.peeled(name)
        if not isinstance(found, Commit):
            return None
        subject = found.message.partition(b"\n")[0]
        return FetchedCommit(
            CommitId(found.id.decode()),
            found.tree.decode(),
            found.author_time,
            _line(found.author),
            _line(subject),
        )

    def _known_whole(self) -> list[str]:
        """Return the commits whose files are all here, oldest first."""
        try:
            with open(self._path(_WHOLE), encoding="ascii") as file:
                names = file.read().split()
        except FileNotFoundError:
            return []
        return [name for name in names if self._objects.get(name) is not None]

    def _write_whole(self, names: list[str]) -> None:
        new = self._path(f"{_WHOLE}.new")
        with open(new, "w", encoding="ascii") as file:
            file.write("".join(f"{name}\n" for name in names))
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, self._path(_WHOLE))
        self._whole = names

    def _path(self, name: str) -> str:
        return os.path.join(self.folder, name)


def _line(raw: bytes) -> str:
    """Return what others wrote as one short line of printable characters."""
    text = raw[: 4 * _LONGEST_LINE].decode(errors="replace")
    line = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return line[:_LONGEST_LINE]
