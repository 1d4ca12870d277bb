"""Finds the files that paths mean.

Comes in: files, folders, patterns and `-` as the user wrote them. Goes out: each file once, in
order, under the name it was reached by; the folders that were entered and what was left out; and
findings for paths that mean nothing. Folders are searched with their subfolders for .yaml, .yml and
.json, without what git ignores, hidden names, templates of charts and patches, unless everything is
asked for. Reading and watching both ask here, so that they never differ.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from laneway.adapters.files.ignored import Rules, rules_for
from laneway.core.findings.codes import reading
from laneway.core.findings.finding import Code, Finding, finding
from laneway.core.findings.place import Place, Source
from laneway.core.resources.kustomize import NAMES, read_kustomization

STDIN = "-"
ENDINGS = (".yaml", ".yml", ".json")
WILD = frozenset("*?[")
CHART, TEMPLATES = "Chart.yaml", "templates"


class FoundFiles(Struct):
    """What a list of paths means.

    `unread` are the paths of which nothing could be read, `folders` those that were searched,
    `left_out` what was not, `reached` where the files lie in truth, `rules` the ignore files that
    were asked. `charts` and `overlays` are folders whose objects another tool has to make.
    """

    files: list[str] = []
    findings: list[Finding] = []
    unread: list[str] = []
    folders: list[str] = []
    left_out: list[str] = []
    reached: set[str] = set()
    rules: set[str] = set()
    charts: list[str] = []
    overlays: list[str] = []
    patches: set[str] = set()

    def miss(self, path: str, code: Code, **words: str) -> None:
        """Note that a path could not be read."""
        self.findings.append(finding(code, Place(Source(path)), "", path=path, **words))
        self.unread.append(path)

    def of_other_tools(self, files: Iterable[str]) -> frozenset[str]:
        """Return the files right in a chart or an overlay: they are what its tool is given."""
        folders = {os.path.abspath(one) for one in (*self.charts, *self.overlays)}
        return frozenset(
            one for one in files if folders and os.path.dirname(os.path.abspath(one)) in folders
        )


def search(paths: Sequence[str], *, all_files: bool = False) -> FoundFiles:
    """Find the files of all paths; never raises for a path. `all_files` leaves nothing out."""
    found = FoundFiles()
    real = _RealPaths()
    walk = _FolderWalk(found, all_files=all_files)
    for path in paths:
        for name in _meant(path, walk):
            where = name if name == STDIN else real.of(name)
            if where not in found.reached:
                found.reached.add(where)
                found.files.append(name)
    entered = found.reached.union(map(os.path.realpath, found.folders if found.left_out else ()))
    found.left_out = [one for one in found.left_out if os.path.realpath(one) not in entered]
    return found


class _RealPaths:
    """Where files lie in truth; the folders of many files are followed once."""

    def __init__(self) -> None:
        self._folders: dict[str, str] = {}

    def of(self, path: str) -> str:
        """Return the real path of a file."""
        if os.path.islink(path):
            return os.path.realpath(path)
        folder, name = os.path.split(path)
        if folder not in self._folders:
            self._folders[folder] = os.path.realpath(folder)
        return os.path.join(self._folders[folder], name)


def _meant(path: str, walk: _FolderWalk) -> Iterator[str]:
    if path == STDIN or os.path.exists(path):
        yield from _file_or_folder(path, walk)
        return
    matches = _matching(path) if WILD & set(path) else []
    if not matches:
        walk.found.miss(path, reading.MISSING_PATH)
    for match in matches:
        yield from _file_or_folder(match, walk)


def _matching(pattern: str) -> list[str]:
    from glob import glob  # noqa: PLC0415 - shells have mostly done that

    return sorted(glob(pattern, recursive=True))


def _file_or_folder(path: str, walk: _FolderWalk) -> Iterator[str]:
    if path == STDIN or not os.path.isdir(path):
        yield path
        return
    found = walk.found
    files = walk.files(path)
    if not files and path not in found.unread:
        found.findings.append(finding(reading.NOTHING_FOUND, Place(Source(path)), path=path))
    yield from files


class _FolderWalk:
    """The search of folders: what is in them, and what of that is no manifest."""

    def __init__(self, found: FoundFiles, *, all_files: bool) -> None:
        self.found = found
        self._all = all_files

    def files(self, folder: str) -> list[str]:
        """Return the manifests below a folder that was named itself."""
        if _is_of_a_chart(folder):
            self.found.charts.append(os.path.dirname(os.path.abspath(folder)))
            return []
        files = list(self._below(folder, Rules() if self._all else rules_for(folder)))
        patches = self.found.patches
        return [one for one in files if not patches or os.path.abspath(one) not in patches]

    def _below(self, start: str, rules: Rules) -> Iterator[str]:
        """Yield the files of a folder, then those of its subfolders, in the order of names."""
        waiting = [(start, rules)]
        while waiting:
            folder, rules = waiting.pop()
            names = self._names(folder, is_start=folder == start)
            shown = [name for name in names if self._is_searched(folder, name, names, rules)]
            for name in shown:
                path = os.path.join(folder, name)
                if not names[name] and name.endswith(ENDINGS) and _is_file(path):
                    yield path
            for name in reversed(shown):
                below = os.path.join(folder, name)
                if names[name] and not os.path.islink(below):
                    waiting.append((below, rules if self._all else rules.within(below)))

    def _names(self, folder: str, *, is_start: bool) -> dict[str, bool]:
        """Return the names in a folder, sorted, and which are folders; and note the folder."""
        try:
            with os.scandir(folder) as entries:
                names = sorted((entry.name, _is_folder(entry)) for entry in entries)
        except OSError as error:
            if is_start or not isinstance(error, FileNotFoundError):
                reason = error.strerror or str(error)
                self.found.miss(folder, reading.UNREADABLE_FILE, reason=reason)
            return {}
        self.found.folders.append(folder)
        for name in NAMES.intersection(name for name, _ in names):
            self._kustomization(folder, name)
        return dict(names)

    def _is_searched(self, folder: str, name: str, names: dict[str, bool], rules: Rules) -> bool:
        """Whether a name in a folder is searched; note it where it is not."""
        is_folder = names[name]
        if is_folder and name == TEMPLATES and CHART in names:
            self.found.charts.append(folder)
            return False
        if self._all or not rules.leave_out(folder, name, is_folder=is_folder):
            return True
        if is_folder or name.endswith(ENDINGS):
            self.found.left_out.append(os.path.join(folder, name))
        return False

    def _kustomization(self, folder: str, name: str) -> None:
        try:
            with open(os.path.join(folder, name), "rb") as file:
                read = read_kustomization(name, file.read())
        except OSError:
            return  # whoever reads the file says so
        if read.is_overlay:
            self.found.overlays.append(folder)
        whole = os.path.abspath(folder)
        self.found.patches.update(
            os.path.normpath(os.path.join(whole, patch)) for patch in read.patches
        )


def _is_of_a_chart(folder: str) -> bool:
    whole = os.path.abspath(folder)
    return os.path.basename(whole) == TEMPLATES and os.path.isfile(
        os.path.join(os.path.dirname(whole), CHART)
    )


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _is_file(path: str) -> bool:
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except OSError:
        return os.path.islink(path)  # a link that leads nowhere is worth a finding
