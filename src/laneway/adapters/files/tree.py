"""Which folders must be watched for a list of paths, and which names in them matter.

Comes in: paths as the user wrote them. Goes out: folders and a question about names. Apart from the
watching itself, because it is asked anew whenever a folder appears. A path that does not exist yet
is awaited in its nearest existing folder; a link is followed to where its file lies.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from laneway.adapters.files.search import ENDINGS, STDIN, WILD, search


class Tree:
    """The folders of a list of paths, as they are at one moment.

    In `folders` every file can matter; in `around` only what the paths themselves name.
    """

    def __init__(self, paths: Sequence[str]) -> None:
        self.names: set[str] = set()
        self.folders: set[str] = set()
        self.around: set[str] = set()
        for path in paths:
            if path != STDIN:
                self._add(path)
        for file in search(paths).files:
            if file != STDIN and os.path.islink(file):
                self._await(os.path.realpath(file))
        self.around -= self.folders

    def matters(self, folder: str, name: str, *, is_folder: bool) -> bool:
        """Whether what happens to a name in a folder can change what the paths mean.

        `..data` is how a mounted ConfigMap swaps all its files at once.
        """
        if name in self.names or name == "..data":
            return True
        if folder not in self.folders or name.startswith("."):
            return False
        return is_folder or name.endswith(ENDINGS)

    def _add(self, path: str) -> None:
        start = _without_pattern(path)
        if os.path.isdir(start):
            self.folders.update(_with_folders_below(start))
        self._await(start)

    def _await(self, path: str) -> None:
        """Watch for a path where it is, or where the first missing folder of it would be."""
        folder, name = os.path.split(path)
        while not os.path.isdir(folder or os.curdir):
            folder, name = os.path.split(folder)
        self.around.add(folder or os.curdir)
        self.names.add(name)


def _without_pattern(path: str) -> str:
    """Return the longest leading part of a path without `*`, `?` or `[`."""
    if os.path.exists(path):
        return path
    start = path
    while WILD & set(start):
        start = os.path.dirname(start)
    return start or os.curdir


def _with_folders_below(folder: str) -> Iterator[str]:
    for where, folders, _ in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield where
