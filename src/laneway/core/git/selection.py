"""Which files of a repository are manifests: a folder, and what is taken of it.

Comes in: the fields of a manifest that say it. Goes out: a Selection, or findings. Paths are those
of the repository, with `/`, and never leave it; what matches is decided as Argo CD does.
https://argo-cd.readthedocs.io/en/stable/user-guide/directory/
"""

from __future__ import annotations

import re

from msgspec import Struct

from laneway.core.findings.codes import fetching
from laneway.core.findings.finding import Finding, finding
from laneway.core.findings.place import Place
from laneway.core.git.glob import globbed

ENDINGS = (".yaml", ".yml", ".json")
JSONNET = ".jsonnet"
_HOST_PATH = re.compile(r"[A-Za-z]:[\\/]")


class Selection(Struct, frozen=True):
    """A folder of a repository (empty: its top), and which files of it are read.

    `include` and `exclude` are patterns over paths below the folder; `exclude` wins.
    `any_ending` takes files whatever their names end in; `is_plain` says that files are meant as
    they stand, even beside those of Helm or kustomize.
    """

    path: str = ""
    recurse: bool = False
    include: str = ""
    exclude: str = ""
    any_ending: bool = False
    is_plain: bool = False

    def takes(self, below: str) -> bool:
        """Whether a file is taken, by its path below the folder."""
        return (self.any_ending or below.endswith(ENDINGS)) and self._selects(below)

    def evaluates(self, below: str) -> bool:
        """Whether Argo CD would run Jsonnet on a file."""
        return below.endswith(JSONNET) and self._selects(below)

    def leaves_out(self, below: str) -> bool:
        """Whether a folder below is left out with all that could be in it."""
        return _matches(self.exclude, below) or _matches(self.exclude, f"{below}/")

    def _selects(self, below: str) -> bool:
        if _matches(self.exclude, below):
            return False
        return not self.include or _matches(self.include, below)


def read_path(text: str, place: Place | None = None) -> str | Finding:
    """Return a folder's path in its one form, without `.` and slashes at the ends.

    >>> read_path("./lanes/prod/"), read_path(".")
    ('lanes/prod', '')
    >>> read_path("lanes/../../etc").message
    "'lanes/../../etc' selects no files of a repository: it goes up by `..`"
    """
    parts = [part for part in text.split("/") if part not in ("", ".")]
    fix = "Name a folder of the repository, such as `lanes/prod`, or `.` for all of it."
    reason = ""
    if text.startswith("/") or _HOST_PATH.match(text):
        reason = "it begins at the top of a machine, not of the repository"
    elif ".." in parts:
        reason = "it goes up by `..`"
    elif not text.isprintable() or "\\" in text or ".git" in (part.lower() for part in parts):
        reason = "no folder of a repository has such a name"
    if reason:
        words = {"path": repr(text[:200]), "reason": reason, "fix": fix}
        return finding(fetching.PATH_REFUSED, place, **words)
    return "/".join(parts)


def check_pattern(pattern: str, place: Place | None = None) -> Finding | None:
    """Return what is wrong with an `include` or `exclude`.

    Argo CD itself takes a pattern that is none for one that matches nothing.
    """
    if not pattern or globbed(pattern) is not None:
        return None
    words = {
        "path": repr(pattern[:200]),
        "reason": "it is no pattern",
        "fix": "Close each `{` and `[`, as in `{*.yaml,*.yml}`; `\\` takes a character as it is.",
    }
    return finding(fetching.PATH_REFUSED, place, **words)


def _matches(pattern: str, path: str) -> bool:
    if not pattern:
        return False
    found = globbed(pattern)
    return found is not None and found.fullmatch(path) is not None
