"""Reads paths into Snapshots, again and again, parsing only what changed.

Comes in: paths, and the bytes of standard input if `-` is among them. Goes out: a Snapshot at each
call of `read`. Always reads everything anew as far as meaning goes (level, not edge); a file whose
bytes are those of last time keeps its objects by identity, so that later rooms can see at a glance
what an edit touched.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from laneway.adapters.files.glance import Glance, glance
from laneway.adapters.files.notes import about_paths, nothing_in
from laneway.adapters.files.packages import PackageFiles
from laneway.adapters.files.search import ENDINGS, STDIN, FoundFiles, search
from laneway.core.findings.codes import reading
from laneway.core.mesh.gather import gather
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.read import read_file
from laneway.core.resources.readings import FileReading
from laneway.core.resources.yaml.cursor import DEFAULT_NAMESPACE
from laneway.core.resources.yaml.limits import LARGEST_FILE

_SETTLED = 2_000_000_000
"""A file's times are trusted two seconds after its last change, in nanoseconds.

Clocks of file systems tick coarsely: two writes within one tick leave equal times.
"""

Signature = tuple[int, int, int, int]


class _Kept(Struct, frozen=True):
    """A file as it was read: its signature where that can be trusted, its digest, its meaning."""

    signature: Signature | None
    digest: int
    reading: FileReading


class Reader:
    """Reads the same paths again and again. Not for use by several threads at once.

    `all_files` leaves nothing out of a folder. `namespace` is that of objects which name none. With
    `packages` the lock files and SBOMs that workloads name are read as well.
    """

    def __init__(
        self,
        paths: Sequence[str],
        stdin: bytes | None = None,
        *,
        all_files: bool = False,
        namespace: str = DEFAULT_NAMESPACE,
        packages: bool = False,
    ) -> None:
        self.paths = tuple(paths)
        self.all_files = all_files
        self.namespace = namespace
        self._stdin = stdin or b""
        self._packages = PackageFiles(self.paths) if packages else None
        self._kept: dict[str, _Kept] = {}
        self._once: set[str] = set()
        """Every path that was ever read."""
        self._seen: dict[str, Glance] = {}

    @property
    def named(self) -> frozenset[str]:
        """The lock files and SBOMs that manifests named the last time."""
        return frozenset(self._packages.files if self._packages else ())

    def read(self) -> Snapshot:
        """Read all paths as they are now. Never raises for a path or for contents."""
        found = search(self.paths, all_files=self.all_files)
        read_on = self._read_on(found)
        kept: dict[str, _Kept] = {}
        for path in [*found.files, *read_on]:
            file = self._file(path, found)
            if file is not None:
                kept[path] = file
        self._kept = kept
        self._once.update(kept)
        readings = [file.reading for file in kept.values()]
        notes = about_paths(found, self._glances(found), read_on)
        notes += nothing_in(readings, self._stdin, found.findings)
        unread = [FileReading(path, unread=True) for path in found.unread]
        told = found.of_other_tools(kept)
        if self._packages is None:
            return gather([*readings, *unread], [*found.findings, *notes], told)
        things = (one for read in readings for one in read.resources)
        packages = self._packages.of(one for one in things if isinstance(one, Workload))
        files = self._packages.files
        listed = {path for path in kept if files and os.path.realpath(path) in files}
        notes += self._packages.findings
        made = gather([*readings, *unread], [*found.findings, *notes], told | listed)
        return replace(made, packages=packages)

    def _read_on(self, found: FoundFiles) -> list[str]:
        """Return the files that were read once, are there, and would be left out now.

        An edit of an ignore file never removes what is live, nor does a file that went and came
        back in the meantime.
        """
        before = [path for path in self._once - set(found.files) if os.path.isfile(path)]
        if not before:
            return []
        return sorted(path for path in before if os.path.realpath(path) not in found.reached)

    def _glances(self, found: FoundFiles) -> dict[str, Glance]:
        """Look at what is left out, each path once."""
        for path in found.left_out:
            if path not in self._seen:
                self._seen[path] = glance(path, ENDINGS, found.reached)
        return {path: self._seen[path] for path in found.left_out}

    def _file(self, path: str, found: FoundFiles) -> _Kept | None:
        earlier = self._kept.get(path)
        if path == STDIN:
            return earlier or _Kept(None, 0, read_file(path, self._stdin, None, self.namespace))
        try:
            return self._read(path, earlier)
        except OSError as error:
            found.miss(path, reading.UNREADABLE_FILE, reason=error.strerror or str(error))
            return None

    def _read(self, path: str, earlier: _Kept | None) -> _Kept:
        signature = _signature(path)
        if earlier is not None and earlier.signature is not None and signature == earlier.signature:
            return earlier
        with open(path, "rb") as file:
            raw = file.read(LARGEST_FILE + 1)
        digest = hash(raw)
        if earlier is not None and digest == earlier.digest:
            return _Kept(signature, digest, earlier.reading)
        before = earlier.reading if earlier else None
        return _Kept(signature, digest, read_file(path, raw, before, self.namespace))


def _signature(path: str) -> Signature | None:
    """Return what changes with a file's contents; None while its times cannot be trusted."""
    status = os.stat(path)
    if abs(time.time_ns() - status.st_mtime_ns) < _SETTLED:
        return None
    return (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def read_paths(
    paths: Sequence[str],
    stdin: bytes | None = None,
    *,
    all_files: bool = False,
    namespace: str = DEFAULT_NAMESPACE,
    packages: bool = False,
) -> Snapshot:
    """Read files, folders, patterns and `-` (whose bytes are `stdin`) once.

    `namespace` is that of objects which name none; with `packages` the files that workloads name
    are read as well.
    """
    reader = Reader(paths, stdin, all_files=all_files, namespace=namespace, packages=packages)
    return reader.read()
