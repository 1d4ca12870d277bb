"""What a search leaves out: what git ignores, hidden names, and folders of other tools.

Comes in: folders as they are walked. Goes out: whether a name in one is left out. The rules of a
`.gitignore` hold below the folder it stands in, those of a deeper one win; the repository's own
count as well when only a part of it is searched. How such a file is spelled is pathspec's business.
https://git-scm.com/docs/gitignore
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

IGNORE_FILE = ".gitignore"
OTHER_TOOLS = frozenset({"node_modules", "vendor"})
_NOT_LITERAL = re.compile(r"\[.*\]|[/*?!\s]+")


class IgnoreFile(Struct, frozen=True, dict=True):
    """The lines of an ignore file, and the folder it stands in."""

    folder: str
    lines: tuple[str, ...]

    def verdict(self, path: str, end: str) -> bool | None:
        """Whether git ignores an absolute path, `end` being `/` for a folder; None: not said."""
        below = path[len(self.folder) :].lstrip("/") + end
        # Loading pathspec costs three times an empty program: most files say nothing of most paths.
        if any(all(part in below for part in parts) for parts in self._literals):
            return self._spec.check_file(below).include
        return None

    @cached_property
    def _literals(self) -> list[list[str]]:
        """For each line the texts that are in every path it can mean."""
        lines = (line for line in self.lines if line.strip() and not line.startswith("#"))
        return [[] if "\\" in line else _NOT_LITERAL.sub("/", line).split("/") for line in lines]

    @cached_property
    def _spec(self) -> GitIgnoreSpec:
        """The rules; a line that pathspec cannot read is passed over, as git does."""
        from pathspec import GitIgnoreSpec  # noqa: PLC0415 - only where a line may mean a path
        from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern  # noqa: PLC0415

        patterns = []
        for line in self.lines:
            try:
                patterns.append(GitIgnoreSpecPattern(line))
            except (ValueError, re.error):
                continue
        return GitIgnoreSpec(patterns)


class Rules(Struct, frozen=True):
    """The ignore files that count in one folder, from the outermost inwards."""

    files: tuple[IgnoreFile, ...] = ()

    def within(self, folder: str) -> Rules:
        """Return the rules with those that stand in a folder itself."""
        file = os.path.join(folder, IGNORE_FILE)
        try:
            with open(file, encoding="utf-8", errors="surrogateescape") as opened:
                lines = tuple(opened.read().splitlines())
        except OSError:
            return self
        return Rules((*self.files, IgnoreFile(os.path.abspath(folder), lines)))

    def leave_out(self, folder: str, name: str, *, is_folder: bool) -> bool:
        """Whether a name in a folder is left out of a search."""
        if name.startswith(".") or (is_folder and name in OTHER_TOOLS):
            return True
        return bool(self.files) and self.ignore(os.path.join(folder, name), is_folder=is_folder)

    def ignore(self, path: str, *, is_folder: bool) -> bool:
        """Whether git ignores a path whose folder it does not ignore."""
        whole, end = os.path.abspath(path), "/" if is_folder else ""
        verdicts = (file.verdict(whole, end) for file in reversed(self.files))
        return next((found for found in verdicts if found is not None), False)


def rules_for(path: str) -> Rules:
    """Return the rules that hold for what lies below a folder that was named itself.

    A named folder is read whatever they say of it, so none counts that leaves it out, or whatever
    is in it.
    """
    outer = Rules()
    for folder, below in pairwise(_from_the_root(os.path.abspath(path))):
        outer = outer.within(folder)
        if outer.ignore(below, is_folder=True):
            return Rules()
    anything = os.path.join(path, "anything")
    choices = (outer.within(path), outer, Rules())
    return next(one for one in choices if not one.ignore(anything, is_folder=False))


def _from_the_root(path: str) -> Iterator[str]:
    """Yield the folders from the root of the repository down to a path, or the path alone."""
    folders = [path]
    while not os.path.exists(os.path.join(folders[-1], ".git")):
        above = os.path.dirname(folders[-1])
        if above == folders[-1]:
            yield path
            return
        folders.append(above)
    yield from reversed(folders)
