"""Reading the logs of a mesh: which files a name means, their last lines, and what follows.

Comes in: a mesh's folder and a name as a user types it. Goes out: lines, each with the log it
stands in. It works just as well when the mesh is gone: logs stay until the next one of its name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from laneway.apps.local.state import MeshFolder

CHUNK = 64 * 1024
Line = tuple[str, str]
"""The log's name, and a line of it without its ending."""


def logs_named(folder: MeshFolder, name: str) -> list[Path]:
    """Return the logs a name means: one log, or those of all replicas of a workload.

    `mocka-v1` means `mocka-v1-0`, `mocka-v1-1` and their successors `mocka-v1-0.2`, but not
    `mocka-v1-canary-0`.
    """
    replica = re.compile(re.escape(name) + r"(-\d+(\.\d+)?(\.[^.]+)?|\.\d+)")
    found = all_logs(folder)
    exact = [path for path in found if path.stem == name]
    return exact or [path for path in found if replica.fullmatch(path.stem)]


def all_logs(folder: MeshFolder) -> list[Path]:
    """Return every log of a mesh, by name."""
    return sorted(folder.logs.glob("*.log"))


def last_lines(path: Path, count: int | None) -> list[str]:
    """Return the last lines of a log, all of them if `count` is None."""
    if count == 0 or not path.is_file():
        return []
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return lines if count is None else lines[-count:]


@dataclass(slots=True)
class Reader:
    """Reads what is appended to a log. A log that became shorter was begun anew."""

    path: Path
    position: int
    rest: str = field(default="")

    def lines(self) -> list[str]:
        """Return the whole lines that were added since the last call."""
        size = self.path.stat().st_size if self.path.exists() else 0
        if size < self.position:
            self.position, self.rest = 0, ""
        if size == self.position:
            return []
        with self.path.open("rb") as file:
            file.seek(self.position)
            read = file.read(CHUNK)
        self.position += len(read)
        *lines, self.rest = (self.rest + read.decode(errors="replace")).split("\n")
        return lines


def follow(paths: Sequence[Path], pause: Callable[[], bool]) -> Iterator[Line]:
    """Return the lines that are added from now on, as they come.

    `pause` waits a moment and says whether to go on.
    """
    return _added([Reader(path, path.stat().st_size) for path in paths], pause)


def _added(readers: Sequence[Reader], pause: Callable[[], bool]) -> Iterator[Line]:
    going_on = True
    while going_on:
        going_on = pause()
        for reader in readers:
            while lines := reader.lines():
                for line in lines:
                    yield reader.path.stem, line
