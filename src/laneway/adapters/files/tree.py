"""Which folders must be watched for a list of paths, and which names in them matter.

Comes in: paths as the user wrote them. Goes out: folders and a question about names. Apart from the
watching itself, because it is asked anew whenever a folder appears. A path that does not exist yet
is awaited in its nearest existing folder; a link is followed to where its file lies. Which folders
count is for the search to say, so that what is read is what is watched.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from laneway.adapters.files.ignored import IGNORE_FILE
from laneway.adapters.files.search import ENDINGS, STDIN, WILD, search


class Tree:
    """The folders of a list of paths, as they are at one moment.

    In `folders` every file can matter; in `around` only what the paths themselves name, and
    `named`, the lock files that manifests do.
    """

    def __init__(
        self, paths: Sequence[str], *, all_files: bool = False, named: Iterable[str] = ()
    ) -> None:
        self.names: set[str] = set()
        self.around: set[str] = set()
        written = [path for path in paths if path != STDIN]
        starts = [_without_pattern(path) for path in written]
        found = search([*written, *starts], all_files=all_files)
        self.folders = set(found.folders)
        for path in [*starts, *found.rules, *named]:
            self._await(path)
        for file in found.files:
            if os.path.islink(file):
                self._await(os.path.realpath(file))
        self.around -= self.folders

    def matters(self, folder: str, name: str, *, is_folder: bool) -> bool:
        """Whether what happens to a name in a folder can change what the paths mean.

        `..data` is how a mounted ConfigMap swaps all its files at once.
        """
        if name in self.names or name in ("..data", IGNORE_FILE):
            return True
        if folder not in self.folders or name.startswith("."):
            return False
        return is_folder or name.endswith(ENDINGS)

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
