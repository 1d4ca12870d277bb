"""Which files of a commit are manifests, and what of it cannot be taken.

Comes in: a commit in the store, and a selection. Goes out: files by path and id, in the order of
their paths; nothing of them is read yet. Raises NotTaken where some file that was selected is not
in the commit itself, or limits are met: half of a commit says nothing of the rest. Only the store
is asked; a link is followed inside the commit's own folders and nowhere else.
https://argo-cd.readthedocs.io/en/stable/user-guide/directory/
"""

from __future__ import annotations

import stat
from collections import Counter
from collections.abc import Iterator

from msgspec import Struct

from laneway.adapters.gitstore.commit import FetchedCommit
from laneway.adapters.gitstore.errors import NotTaken
from laneway.adapters.gitstore.objects import FOLDER
from laneway.adapters.gitstore.store import Store
from laneway.core.findings.codes import fetching
from laneway.core.findings.finding import Code, Finding, finding
from laneway.core.findings.place import Place, Source
from laneway.core.git.selection import Selection

_LINK, _SUBMODULE = 0o120000, 0o160000
_NEVER = frozenset({b"", b".", b"..", b".git"})
_LONGEST_LINK = 4096
_OF_OTHERS = {
    b"Chart.yaml": ("Helm", "helm template NAME CHART"),
    b"kustomization.yaml": ("kustomize", "kustomize build FOLDER"),
    b"kustomization.yml": ("kustomize", "kustomize build FOLDER"),
    b"Kustomization": ("kustomize", "kustomize build FOLDER"),
}


class CommittedFile(Struct, frozen=True):
    """A file of a commit: its path in the repository, and the id of what it holds."""

    path: str
    blob: str


class SelectedFiles(Struct, frozen=True):
    """The files that are selected, and what was passed by."""

    files: tuple[CommittedFile, ...]
    notes: tuple[Finding, ...] = ()


class _Entry(Struct, frozen=True):
    name: str
    mode: int
    id: str

    @property
    def kind(self) -> int:
        return stat.S_IFMT(self.mode)


class CommitSearch:
    """Searches one commit."""

    def __init__(self, store: Store, commit: FetchedCommit, selection: Selection) -> None:
        self._store = store
        self._commit = commit
        self._selection = selection
        self._notes: list[Finding] = []
        self._refused: list[Finding] = []
        self._seen = 0

    def found(self) -> SelectedFiles:
        """Return the files that are selected. Raises NotTaken."""
        path = self._selection.path
        top = self._folder(path)
        if top is None:
            words = {"commit": self._commit.short, "path": path}
            raise self._not_taken(finding(fetching.NO_FOLDER, _place(path), **words))
        self._refuse_templates(top)
        files = []
        for file in self._below(top):
            files.append(file)
            if len(files) > self._store.limits.files:
                raise self._too_much(f"{path or 'the repository'} has", "files", "files")
        if self._refused:
            raise self._not_taken(*self._refused)
        return SelectedFiles(tuple(sorted(files, key=_path)), tuple(self._notes))

    def _below(self, top: str) -> Iterator[CommittedFile]:
        waiting = [(top, "", 0)]
        while waiting:
            tree, below, depth = waiting.pop()
            if depth > self._store.limits.depth:
                raise self._too_much("folders nest", "levels deep", "depth")
            for entry in self._entries(tree, below):
                inner = f"{below}/{entry.name}" if below else entry.name
                if entry.kind == FOLDER:
                    if self._selection.recurse:
                        waiting.append((entry.id, inner, depth + 1))
                elif (file := self._taken(entry, inner)) is not None:
                    yield file

    def _refuse_templates(self, top: str) -> None:
        """Refuse what other programs make objects of, unless it is said to be plain files."""
        if self._selection.is_plain:
            return
        path = self._selection.path or "the repository"
        for name, _, _ in self._store.entries(top) or ():
            if name in _OF_OTHERS:
                tool, command = _OF_OTHERS[name]
                words = {"path": path, "tool": tool, "command": command, "file": shown(name)}
                place = _place(self._path(shown(name)))
                self._refused.append(finding(fetching.RENDERED_BY_OTHERS, place, **words))
                return

    def _taken(self, entry: _Entry, below: str) -> CommittedFile | None:
        """Return an entry as a file, if it is one that is selected."""
        path = self._path(below)
        if entry.kind == _SUBMODULE:
            if self._selection.recurse and not self._selection.leaves_out(below):
                self._refuse(fetching.SUBMODULE, path)
            return None
        if entry.kind == _LINK:
            return None if self._selection.leaves_out(below) else self._linked(entry, below)
        if self._selection.evaluates(below):
            self._refuse(fetching.JSONNET, path)
            return None
        return CommittedFile(path, entry.id) if self._selection.takes(below) else None

    def _linked(self, entry: _Entry, below: str) -> CommittedFile | None:
        """Return the file that a link leads to."""
        path = self._path(below)
        raw = self._store.blob(entry.id)
        if raw is None:
            raise self._incomplete()
        target = shown(raw[:_LONGEST_LINK])
        steps = _inside(path, raw)
        if steps is None:
            self._refuse(fetching.LINK_OUT, path, target=target)
            return None
        if not self._selection.takes(below):
            return None
        *folders, name = steps or [""]
        tree = self._folder("/".join(folders))
        entries = self._entries(tree, "/".join(folders)) if tree is not None else []
        for one in entries:
            if one.name == name and one.kind == stat.S_IFREG:
                return CommittedFile(path, one.id)
        self._notes.append(
            finding(fetching.LINK_NOT_FOLLOWED, _place(path), path=path, target=target)
        )
        return None

    def _folder(self, path: str) -> str | None:
        """Return the id of a folder of the commit, by real folders alone."""
        tree = self._commit.tree
        for step in filter(None, path.split("/")):
            entries = self._entries(tree, path)
            inner = [one.id for one in entries if one.name == step and one.kind == FOLDER]
            if not inner:
                return None
            tree = inner[0]
        return tree

    def _entries(self, tree: str, folder: str) -> list[_Entry]:
        """Return what is in a folder. Raises NotTaken where Git writes no such folder."""
        found = self._store.entries(tree)
        if found is None:
            raise self._incomplete()
        self._seen += len(found)
        if self._seen > self._store.limits.entries:
            raise self._too_much("its folders have", "entries", "entries")
        times = Counter(name for name, _, _ in found)
        for name, _, _ in found:
            if name.lower() in _NEVER or b"/" in name or times[name] > 1:
                words = {"folder": folder or "at the top", "name": repr(shown(name))}
                raise self._not_taken(finding(fetching.ODD_NAME, _place(folder), **words))
        return [_Entry(shown(name), mode, one) for name, mode, one in found]

    def _path(self, below: str) -> str:
        top = self._selection.path
        return f"{top}/{below}" if top else below

    def _refuse(self, code: Code, path: str, **words: str) -> None:
        self._refused.append(finding(code, _place(path), path=path, **words))

    def _too_much(self, what: str, unit: str, limit: str) -> NotTaken:
        words = {"what": what, "limit": f"{getattr(self._store.limits, limit):,} {unit}"}
        place = _place(self._selection.path)
        return self._not_taken(finding(fetching.OVER_A_LIMIT, place, **words))

    def _incomplete(self) -> NotTaken:
        """Return that something is missing; the next fetch brings all of it."""
        self._store.forget()
        words = {"url": f"the server of commit {self._commit.short}", "reason": "parts are missing"}
        return self._not_taken(finding(fetching.NOT_GIT, _place(self._selection.path), **words))

    def _not_taken(self, *findings: Finding) -> NotTaken:
        return NotTaken(*findings, commit=self._commit.id)


def shown(raw: bytes) -> str:
    r"""Return a name as text; what cannot be shown is spelled by escapes.

    >>> shown(b"a\x1b.yaml"), shown(b"\xff")
    ('a\\\\x1b.yaml', '\\\\xff')
    """
    text = raw.decode(errors="backslashreplace")
    return text if text.isprintable() else text.encode("unicode_escape").decode()


def _inside(path: str, target: bytes) -> list[str] | None:
    """Return where a link leads, step by step from the top; None where that is outside."""
    if target.startswith(b"/") or len(target) > _LONGEST_LINK:
        return None
    steps = path.split("/")[:-1]
    for step in shown(target).split("/"):
        if step == "..":
            if not steps:
                return None
            steps.pop()
        elif step not in ("", "."):
            steps.append(step)
    return steps


def _path(file: CommittedFile) -> str:
    return file.path


def _place(path: str) -> Place:
    return Place(Source(path or "."))
