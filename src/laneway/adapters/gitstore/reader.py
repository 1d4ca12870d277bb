"""Reads commits into Snapshots, one after the other, parsing only what changed.

Comes in: a commit in the store. Goes out: a Snapshot, as the reader of folders makes it, with
places in the repository's own paths. Raises NotTaken where the commit is refused as a whole. A file
that a commit has as the one before keeps its objects by identity, so that later rooms can see at a
glance what a commit touched.
"""

from __future__ import annotations

from laneway.adapters.gitstore.commit import FetchedCommit
from laneway.adapters.gitstore.errors import NotTaken
from laneway.adapters.gitstore.search import CommitSearch, CommittedFile
from laneway.adapters.gitstore.store import Store
from laneway.core.findings.codes import fetching
from laneway.core.findings.finding import Code, finding
from laneway.core.findings.place import Place, Source
from laneway.core.git.selection import Selection
from laneway.core.mesh.gather import gather
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.resources.read import read_file
from laneway.core.resources.readings import FileReading

_POINTER = b"version https://git-lfs.github.com/spec/"
_SKIPPED = b"+argocd:skip-file-rendering"
"""Argo CD reads no object from a file with this mark."""


class CommitReader:
    """Reads the same selection of one commit after the other.

    `namespace` is that of objects which name none.
    """

    def __init__(self, store: Store, selection: Selection, namespace: str = "default") -> None:
        self.selection = selection
        self.namespace = namespace
        self._store = store
        self._kept: dict[str, tuple[str, int, FileReading]] = {}

    def read(self, commit: FetchedCommit) -> Snapshot:
        """Read the files of a commit. Raises NotTaken; what is wrong in a file is a finding."""
        found = CommitSearch(self._store, commit, self.selection).found()
        kept: dict[str, tuple[str, int, FileReading]] = {}
        total = 0
        for file in found.files:
            kept[file.path] = self._file(file, commit)
            total += kept[file.path][1]
            if total > self._store.limits.total:
                limit = f"{self._store.limits.total:,} bytes"
                raise _refused(fetching.OVER_A_LIMIT, file, commit, "its manifests have", limit)
        self._kept = kept
        readings = [reading for _, _, reading in kept.values()]
        return gather(readings, found.notes)

    def _file(self, file: CommittedFile, commit: FetchedCommit) -> tuple[str, int, FileReading]:
        """Return a file's id, size and meaning."""
        earlier = self._kept.get(file.path)
        if earlier is not None and earlier[0] == file.blob:
            return earlier
        raw = self._store.blob(file.blob)
        limit = f"{self._store.limits.file:,} bytes"
        if raw is None or len(raw) > self._store.limits.file:
            raise _refused(fetching.OVER_A_LIMIT, file, commit, f"{file.path} has", limit)
        if raw.startswith(_POINTER):
            raise _refused(fetching.LFS_POINTER, file, commit)
        if _SKIPPED in raw:
            return file.blob, len(raw), FileReading(file.path)
        before = earlier[2] if earlier else None
        return file.blob, len(raw), read_file(file.path, raw, before, self.namespace)


def _refused(
    code: Code, file: CommittedFile, commit: FetchedCommit, what: str = "", limit: str = ""
) -> NotTaken:
    words = {"path": file.path, "what": what, "limit": limit}
    return NotTaken(finding(code, Place(Source(file.path)), **words), commit=commit.id)
