"""Finds the files that paths mean.

Comes in: files, folders, patterns and `-` as the user wrote them. Goes out: each file once, in
order, under the name it was reached by; and findings for paths that mean nothing. Folders are
searched with their subfolders for .yaml, .yml and .json; what is hidden is left out, as are pipes
and devices that lie in a folder.
"""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from laneway.core.findings.codes import reading
from laneway.core.findings.finding import Code, Finding, finding
from laneway.core.findings.place import Place, Source

STDIN = "-"
ENDINGS = (".yaml", ".yml", ".json")
WILD = frozenset("*?[")


@dataclass(slots=True)
class Found:
    """What a list of paths means. `unread` are the paths of which nothing could be read."""

    files: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def miss(self, path: str, code: Code, **words: str) -> None:
        """Note that a path could not be read."""
        self.findings.append(finding(code, Place(Source(path)), "", path=path, **words))
        self.unread.append(path)


def search(paths: Sequence[str]) -> Found:
    """Find the files of all paths; never raises for a path."""
    found = Found()
    seen: set[str] = set()
    for path in paths:
        for name in _meant(path, found):
            real = name if name == STDIN else os.path.realpath(name)
            if real not in seen:
                seen.add(real)
                found.files.append(name)
    return found


def _meant(path: str, found: Found) -> Iterator[str]:
    if path == STDIN or os.path.exists(path):
        yield from _file_or_folder(path, found)
        return
    matches = sorted(glob.glob(path, recursive=True)) if WILD & set(path) else []
    if not matches:
        found.miss(path, reading.MISSING_PATH)
    for match in matches:
        yield from _file_or_folder(match, found)


def _file_or_folder(path: str, found: Found) -> Iterator[str]:
    if path == STDIN or not os.path.isdir(path):
        yield path
        return
    files = list(_walk(path, found))
    if not files and path not in found.unread:
        found.findings.append(finding(reading.NOTHING_FOUND, Place(Source(path)), path=path))
    yield from files


def _walk(folder: str, found: Found) -> Iterator[str]:
    def failed(error: OSError) -> None:
        name = os.fsdecode(error.filename or folder)
        if not isinstance(error, FileNotFoundError) or name == folder:
            found.miss(name, reading.UNREADABLE_FILE, reason=error.strerror or str(error))

    for where, folders, names in os.walk(folder, onerror=failed):
        folders[:] = sorted(_shown(folders))
        for name in sorted(_shown(names)):
            path = os.path.join(where, name)
            if name.endswith(ENDINGS) and _is_file(path):
                yield path


def _shown(names: Iterable[str]) -> list[str]:
    return [name for name in names if not name.startswith(".")]


def _is_file(path: str) -> bool:
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except OSError:
        return os.path.islink(path)  # a link that leads nowhere is worth a finding
