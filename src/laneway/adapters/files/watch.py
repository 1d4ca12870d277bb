"""Says when files changed: as soon as a written file is closed, and once more when all is quiet.

Comes in: paths. Goes out: changes, as an asynchronous stream. A file that is being written is not
spoken of, since what stands in it is half of what its author means; neither is anything else while
one is. Removals wait until 200 ms are quiet, because many programs save by removing and writing
anew, and a folder that is empty for a moment must not delete what is live. Linux only (inotify).
https://man7.org/linux/man-pages/man7/inotify.7.html
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from types import TracebackType
from typing import Self

from inotify_simple import Event, INotify, flags
from msgspec import Struct

from laneway.adapters.files.ignored import IGNORE_FILE
from laneway.adapters.files.reader import Reader
from laneway.adapters.files.search import CHART
from laneway.adapters.files.tree import Tree
from laneway.core.mesh.snapshot import Snapshot

QUIET = 0.2
"""How long nothing may happen before removals are believed, in seconds."""

_WRITTEN = flags.CLOSE_WRITE | flags.MOVED_TO
_GONE = flags.DELETE | flags.MOVED_FROM
_MASK = _WRITTEN | _GONE | flags.CREATE | flags.MODIFY | flags.ATTRIB | flags.ONLYDIR


class FileChange(Struct, frozen=True):
    """Paths that something happened to; `settled` says that nothing has since for 200 ms."""

    paths: frozenset[str]
    settled: bool


class Watch:
    """A stream of changes under paths. A context manager; everything since its start is seen.

    Raises OSError where the system gives no watch, such as at the limit of inotify watches.
    """

    def __init__(
        self, paths: Sequence[str], quiet: float = QUIET, *, all_files: bool = False
    ) -> None:
        self._paths = tuple(paths)
        self._all_files = all_files
        self._quiet = quiet
        self._inotify = INotify(nonblocking=True)
        self._folders: dict[int, str] = {}
        self._writing: set[str] = set()
        self._changed: set[str] = set()
        self._last = 0.0
        self._tree: Tree | None = None
        self._named: frozenset[str] = frozenset()
        self._look()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._inotify.close()

    def name(self, files: frozenset[str]) -> None:
        """Watch files as well that manifests name, wherever they lie."""
        if files != self._named:
            self._named = files
            self._look()

    async def changes(self) -> AsyncGenerator[FileChange]:
        """Give every change, for ever. Close the stream before the watch (`aclosing`)."""
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        events = self._inotify.fileno()
        loop.add_reader(events, readable.set)
        try:
            while True:
                yield await self._next(readable)
        finally:
            loop.remove_reader(events)

    async def _next(self, readable: asyncio.Event) -> FileChange:
        """Return the next change: at once after a finished write, else when all is quiet."""
        loop = asyncio.get_running_loop()
        while True:
            ends = self._last + self._quiet if self._changed else None
            try:
                async with asyncio.timeout_at(ends):
                    await readable.wait()
            except TimeoutError:
                change = FileChange(frozenset(self._changed), settled=True)
                self._changed.clear()
                return change
            readable.clear()
            finished = [self._take(event) for event in self._inotify.read(timeout=0)]
            self._last = loop.time()
            # files saved in one go are one change: none is told while another is being written
            if any(finished) and not self._writing:
                return FileChange(frozenset(self._changed), settled=False)

    def _take(self, event: Event) -> bool:
        """Note an event, and return whether it finished a write."""
        # the kernel dropped events: what changed is unknown, so everything is looked at anew
        # https://man7.org/linux/man-pages/man7/inotify.7.html
        if event.mask & flags.Q_OVERFLOW:
            self._changed.add(os.curdir)
            self._writing.clear()
            self._look()
            return True
        folder = self._folders.get(event.wd)
        if folder is None:
            return False
        if event.mask & flags.IGNORED:
            del self._folders[event.wd]
            return False
        is_folder = bool(event.mask & flags.ISDIR)
        if self._tree is None or not self._tree.matters(folder, event.name, is_folder=is_folder):
            return False
        return self._note(os.path.join(folder, event.name), event.mask, is_folder=is_folder)

    def _note(self, path: str, mask: int, *, is_folder: bool) -> bool:
        self._changed.add(path)
        if mask & flags.MODIFY:
            self._writing.add(path)
            return False
        if mask & (_WRITTEN | _GONE):
            self._writing.discard(path)
        # these change which folders are to be watched
        if is_folder or os.path.islink(path) or os.path.basename(path) in (IGNORE_FILE, CHART):
            self._look()
        return bool(mask & _WRITTEN) and not is_folder

    def _look(self) -> None:
        """Watch every folder the paths have now; those already watched stay as they are."""
        watched = self._tree.folders if self._tree else set()
        self._tree = Tree(self._paths, all_files=self._all_files, named=self._named)
        self._tree.folders |= watched  # what was read there is read on, ignored now or not
        for folder in self._tree.folders | self._tree.around:
            try:
                self._folders[self._inotify.add_watch(folder, _MASK)] = folder
            except (FileNotFoundError, NotADirectoryError, PermissionError):
                continue  # it is gone again, or nobody may look into it: reading says so


async def follow(reader: Reader, quiet: float = QUIET) -> AsyncGenerator[Snapshot]:
    """Read at once, then again after every change that changes what is read, for ever.

    A snapshot that lacks an object of the one before, or could not read a file it could, is given
    only once nothing has happened for `quiet` seconds.
    """
    with Watch(reader.paths, quiet, all_files=reader.all_files) as watch:
        latest = reader.read()
        watch.name(reader.named)
        yield latest
        async with aclosing(watch.changes()) as changes:
            async for change in changes:
                snapshot = reader.read()
                watch.name(reader.named)
                # an editor that replaces a file takes it away first: a removal counts once all is
                # quiet
                if snapshot == latest or (loses(latest, snapshot) and not change.settled):
                    continue
                latest = snapshot
                yield latest


def loses(earlier: Snapshot, later: Snapshot) -> bool:
    """Whether an object or a readable file of the earlier snapshot is not in the later one."""
    names = {resource.meta.ref for resource in later.resources}
    if any(resource.meta.ref not in names for resource in earlier.resources):
        return True
    return not set(later.unread) <= set(earlier.unread)
