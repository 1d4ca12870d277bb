"""What Helm and kustomize have to do with an edit: where it would be in vain, and who lists files.

Comes in: templates, patches and kustomizations, and a draft. Goes out: findings where weights are
made by another tool, and edits of the lists in which a new or removed file is named. Templates and
patches are looked at as text: they are no objects, and building them is their tool's business.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from msgspec import Struct

from laneway.core.edits.draft import Draft
from laneway.core.edits.file_text import FileEdit, documents_of, edited
from laneway.core.edits.intents import CopyItem, Intent, RemoveItem
from laneway.core.findings.codes import releasing
from laneway.core.findings.finding import Finding, finding
from laneway.core.findings.place import Place, Source

_KINDS = re.compile(r"\b(?:VirtualService|ASMSwimLane)\b")
_WEIGHT = re.compile(r"\bweight\b|/weight\b|\bingressWeight\b")
_POINTER = re.compile(r"[/.](?:weight|ingressWeight)\b")
_TEMPLATE = "{{"


class ToolFile(Struct, frozen=True):
    """A file that is no object yet."""

    path: str
    raw: bytes
    role: Literal["template", "patch", "kustomization", "unread"]

    @property
    def text(self) -> str:
        """Its text, as far as it is one."""
        return self.raw.decode(errors="replace")


def in_vain(files: Iterable[ToolFile], draft: Draft) -> Iterator[Finding]:
    """Yield where patches change the weights that a draft changes."""
    for file in files:
        if file.role not in ("patch", "kustomization") or not draft.intents:
            continue
        for subject in sorted(draft.subjects):
            found = _patched(file.text, subject)
            if found is not None:
                place = _place(file, found)
                words = {"path": file.path, "ref": subject}
                yield finding(releasing.IN_A_PATCH, place, subject, **words)


def nowhere(draft: Draft) -> bool:
    """Whether a draft found nothing to change, so that templates may have it."""
    codes = (releasing.NO_SUCH_LANE, releasing.NOT_IN_A_SPLIT)
    return any(one.code in codes for one in draft.findings)


def in_templates(files: Iterable[ToolFile]) -> Iterator[Finding]:
    """Yield the templates in which weights of lanes seem to be."""
    for file in files:
        weight = _WEIGHT.search(file.text)
        if weight is None or file.role not in ("template", "unread"):
            continue
        if _KINDS.search(file.text) and _TEMPLATE in file.text:
            yield finding(releasing.IN_A_TEMPLATE, _place(file, weight.start()), path=file.path)


def listed(
    files: Iterable[ToolFile], draft: Draft, edits: Sequence[FileEdit]
) -> Iterator[FileEdit | Finding]:
    """Yield the kustomizations in which a new or removed file has to be listed, or no more."""
    gone = {one.path for one in edits if one.after is None}
    for file in files:
        intents = list(_entries(file, draft, gone)) if file.role == "kustomization" else []
        if intents:
            yield edited(file.path, file.raw, intents)


def _entries(file: ToolFile, draft: Draft, gone: set[str]) -> Iterator[Intent]:
    folder = file.path.rpartition("/")[0]
    for document in documents_of(file.path, file.raw)[:1]:
        value = document.value
        resources = value.get("resources") if isinstance(value, dict) else None
        for index, entry in enumerate(resources if isinstance(resources, list) else ()):
            name = str(entry).removeprefix("./")
            path = f"{folder}/{name}" if folder else name
            place = Place(document.source, ("resources", index))
            if path in gone:
                yield RemoveItem(place)
            for one in draft.new_files:
                if one.beside == path:
                    new = str(entry).removesuffix(_name(path)) + _name(one.path)
                    yield CopyItem(place, {(): new})


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _patched(text: str, subject: str) -> int | None:
    """Return where a text speaks of weights of an object, by its name or by a pointer."""
    kind, _, named = subject.partition(" ")
    name = re.escape(named.rpartition("/")[2])
    weight = _WEIGHT.search(text)
    pointer = _POINTER.search(text)
    if pointer is not None:
        return pointer.start()
    is_meant = re.search(rf"\b{kind}\b", text) and re.search(rf"\bname:\s*['\"]?{name}\b", text)
    return weight.start() if weight and is_meant else None


def _place(file: ToolFile, offset: int) -> Place:
    return Place(Source(file.path, text=file.text), (), offset)
