"""Reading the logs of a mesh: which files a name means, their last lines, and what follows.

Comes in: a mesh's folder and a name as a user types it. Goes out: lines, each with the log it
stands in. It works just as well when the mesh is gone: logs stay until the next one of its name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from laneway.apps.local.record.state import MeshFolder

CHUNK = 64 * 1024
NOT_WORKLOADS = ("envoy", "laneway")
"""How the logs begin that are no workload's; no replica is called so."""

Line = tuple[str, str]
"""The log's name, and a line of it without its ending."""


def logs_named(folder: MeshFolder, name: str) -> list[Path]:
    """Return the logs a name means: one log, or those of all replicas of a workload.

    `mocka-v1` means `mocka-v1-0`, `mocka-v1-1` and their successors `mocka-v1-0.2`, but not
    `mocka-v1-canary-0`. `shop/web` means `web.shop-0`; so does `web` where `default` has none.
    """
    namespace, slash, workload = name.rpartition("/")
    own = "" if namespace in ("", "default") else rf"\.{re.escape(namespace)}"
    found = all_logs(folder)
    exact = [path for path in found if path.stem == name]
    for within in (own,) if slash else ("", r"\.[^.]+?"):
        replica = re.compile(re.escape(workload) + within + r"(-\d+(\.\d+)?(\.[^.]+)?|\.\d+)")
        exact = exact or [path for path in found if replica.fullmatch(path.stem)]
    return exact


def is_replica(name: str, workload: str) -> bool:
    """Whether a name is the one of a replica, or of a workload's replica.

    >>> [is_replica("web.shop-0", one) for one in ("web", "shop/web", "web.shop-0", "we")]
    [True, True, True, False]
    """
    space, slash, own = workload.rpartition("/")
    within = rf"\.{re.escape(space)}" if slash and space != "default" else r"(\.[^.]+?)?"
    return name == workload or bool(
        re.fullmatch(rf"{re.escape(own)}{within}(-\d+(\.\d+)?|\.\d+)", name)
    )


def all_logs(folder: MeshFolder) -> list[Path]:
    """Return every log of a mesh, by name."""
    return sorted(folder.logs.glob("*.log"))


def workload_logs(folder: MeshFolder) -> list[Path]:
    """Return the logs of a mesh's workloads: neither of its proxies nor of Laneway itself."""
    return [path for path in all_logs(folder) if path.stem.partition(".")[0] not in NOT_WORKLOADS]


def last_lines(path: Path, count: int | None) -> list[str]:
    """Return the last lines of a log, all of them if `count` is None."""
    if count == 0 or not path.is_file():
        return []
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return lines if count is None else lines[-count:]


class LogReader(Struct):
    """Reads a log from its beginning on. A log that became shorter was begun anew."""

    path: Path
    position: int = 0
    rest: str = ""

    def lines(self) -> list[str]:
        """Return the whole lines that were added since the last call."""
        found: list[str] = []
        while read := self._read():
            *lines, self.rest = (self.rest + read.decode(errors="replace")).split("\n")
            found += lines
        return found

    def _read(self) -> bytes:
        size = self.path.stat().st_size if self.path.exists() else 0
        if size < self.position:
            self.position, self.rest = 0, ""
        if size == self.position:
            return b""
        with self.path.open("rb") as file:
            file.seek(self.position)
            read = file.read(CHUNK)
        self.position += len(read)
        return read


class Logs:
    """Several logs read side by side; those that come later are read as well."""

    def __init__(self, find: Callable[[], Sequence[Path]]) -> None:
        """Read the logs that `find` finds, now and whenever it is asked again."""
        self._find = find
        self.readers = [LogReader(path) for path in find()]

    @classmethod
    def behind(cls, find: Callable[[], Sequence[Path]]) -> Logs:
        """Read only what is added from now on; a line that is half written is left out."""
        logs = cls(find)
        for one in logs.readers:
            one.position = one.path.stat().st_size if one.path.exists() else 0
        return logs

    def fresh(self) -> Iterator[Line]:
        """Yield what was added since the last time, also to logs that are there since."""
        self._find_more()
        for reader in self.readers:
            name = reader.path.stem
            yield from ((name, line) for line in reader.lines())

    def _find_more(self) -> None:
        known = set(self.names())
        self.readers += [LogReader(path) for path in self._find() if path.stem not in known]

    def names(self) -> tuple[str, ...]:
        """Return the names of the logs."""
        return tuple(one.path.stem for one in self.readers)

    def there(self, tail: int | None, *, whole: bool) -> Iterator[Line]:
        """Yield what stands in the logs, or the last lines of each.

        `whole` takes a line that is not ended yet for one.
        """
        for reader in self.readers:
            lines = reader.lines()
            if reader.rest and whole:
                lines.append(reader.rest)
            for line in lines if tail is None else lines[len(lines) - tail :]:
                yield reader.path.stem, line

    def added(self, pause: Callable[[], bool]) -> Iterator[Line]:
        """Yield what is added, as it comes. `pause` waits a moment and says whether to go on."""

        def paused() -> bool:
            going_on = pause()
            self._find_more()
            return going_on

        yield from follow(self.readers, paused)


def follow(readers: Sequence[LogReader], pause: Callable[[], bool]) -> Iterator[Line]:
    """Yield the lines that readers have not read yet, and those that are added, as they come.

    `pause` waits a moment and says whether to go on.
    """
    going_on = True
    while going_on:
        going_on = pause()
        for reader in readers:
            for line in reader.lines():
                yield reader.path.stem, line
