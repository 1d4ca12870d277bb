"""The bytes of one file with intents carried out, or why that cannot be.

Comes in: a path, its bytes, and intents. Goes out: the file as it is to be, or a finding. Splices
are found in the text of a document, with plain line breaks, and carried out in the text of the
file, with its own. The result is read again and held against what was meant: a byte that changes
anything else (an anchor that others repeat, a merge) is never written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.edits.becoming import becoming
from laneway.core.edits.intents import (
    AppendDocument,
    Become,
    CopyItem,
    Intent,
    RemoveDocument,
    RemoveItem,
    SetKey,
    intended,
    value_at,
)
from laneway.core.edits.splices import Splice, added, copied, replaced, spliced, without
from laneway.core.edits.text_nodes import TextNode, text_nodes
from laneway.core.findings.codes import releasing
from laneway.core.findings.finding import Finding, finding
from laneway.core.findings.place import Place, Source
from laneway.core.resources.yaml.documents import Document, DocumentReader
from laneway.core.resources.yaml.spelling import spell
from laneway.core.resources.yaml.splitting import BOM

_BREAK = re.compile(r"\r\n|\r|\n")
_FORM = "an alias or a merge (<<) puts it there, or its form is none that Laneway changes"
_SHARED = "an anchor or a merge (<<) makes one value of it and of others"
_MARKER = re.compile(r"(?:---|\.\.\.)(?=\s|\Z)")


class FileEdit(Struct, frozen=True):
    """A file before and after; None where it is not there."""

    path: str
    before: bytes | None
    after: bytes | None


def edited(path: str, raw: bytes, intents: Sequence[Intent]) -> FileEdit | Finding:
    """Carry out intents in a file. All of them, or none with a finding that says why."""
    file = _File(path, raw)
    own, splices = [], []
    for one in intents:
        mine = file.own(one)
        found = file.splices(mine) if mine else None
        if mine is None or found is None:
            return not_alone(one, _FORM)
        own.append(mine)
        splices += found
    after = file.with_splices(splices)
    wanted = intended([one.value for one in file.documents], own)
    if [one.value for one in documents_of(path, after)] != wanted:
        return not_alone(intents[0], _SHARED)
    return FileEdit(path, raw, after if wanted else None)


def documents_of(path: str, raw: bytes) -> list[Document]:
    """Read the documents of a file."""
    reader = DocumentReader(path)
    found: list[Document] = []
    for piece in reader.cut(raw)[0]:
        found += reader.read(piece, len(found)).documents
    return found


def not_alone(intent: Intent, reason: str) -> Finding:
    """Return the finding that a value cannot be changed, and what to write there by hand."""
    place = intent.place.at(intent.key) if isinstance(intent, SetKey) else intent.place
    what = spell(place.path) or "the document"
    if isinstance(intent, SetKey):
        write = f"write `{intent.key}: {intent.value}` there by hand"
    elif isinstance(intent, AppendDocument):
        write = "add the document to the file by hand"
    elif isinstance(intent, CopyItem):
        values = ", ".join(f"{spell(path)} {value}" for path, value in intent.values.items())
        write = f"copy the item by hand, with {values}"
    elif isinstance(intent, Become):
        write = f"write there by hand: {json.dumps(intent.value, ensure_ascii=False)}"
    else:
        write = "take it away by hand"
    return finding(releasing.NOT_ALONE, place, "", what=what, reason=reason, write=write)


class _File(Struct, frozen=True, dict=True):
    """A file that is changed."""

    path: str
    raw: bytes

    @cached_property
    def documents(self) -> list[Document]:
        return documents_of(self.path, self.raw)

    @cached_property
    def _is_broken(self) -> bool:
        """Whether some of it cannot be read, so that nobody knows what is left of it."""
        reader = DocumentReader(self.path)
        pieces, beyond = reader.cut(self.raw)
        return beyond.unread or any(reader.read(piece, 0).unread for piece in pieces)

    @cached_property
    def text(self) -> str:
        return self.raw.removeprefix(BOM).decode(errors="surrogateescape")

    @cached_property
    def starts(self) -> list[int]:
        """Where lines begin."""
        return [0, *(found.end() for found in _BREAK.finditer(self.text))]

    def own(self, intent: Intent) -> Intent | None:
        """Return an intent with its place in this file; None where the file is another by now."""
        source = intent.place.source
        spot = source.first_line, source.begin, source.text
        for number, one in enumerate(self.documents):
            if (one.source.first_line, one.source.begin, one.source.text) == spot:
                mine = replace(one.source, number=number)
                return replace(intent, place=Place(mine, intent.place.path))
        return None

    def splices(self, intent: Intent) -> list[Splice] | None:
        """Return what an intent changes in the text of the file."""
        source = intent.place.source
        root = self._root(source)
        if root is None:
            return None
        if isinstance(intent, Become):
            return self._become(intent, root)
        found = self._splice(intent, root)
        return None if found is None else [found]

    def _become(self, intent: Become, root: TextNode) -> list[Splice] | None:
        source, place = intent.place.source, intent.place
        old = value_at([one.value for one in self.documents], place)
        found = becoming(source.text, root, root.at(place.path), old, intent.value)
        moved = None if found is None else [self._moved(source, one) for one in found]
        if moved is None or None in moved:
            return None
        return [one for one in moved if one is not None]

    def _splice(self, intent: Intent, root: TextNode) -> Splice | None:
        source = intent.place.source
        if isinstance(intent, AppendDocument):
            return self._at_the_end(intent.text)
        if isinstance(intent, RemoveDocument):
            return None if self._is_broken else self._document(source, root)
        found = _in_text(source.text, root, intent)
        return found and self._moved(source, found)

    def with_splices(self, splices: Iterable[Splice]) -> bytes:
        """Return the bytes of the file with splices carried out."""
        bom = BOM if self.raw.startswith(BOM) else b""
        return bom + spliced(self.text, list(splices)).encode(errors="surrogateescape")

    def _root(self, source: Source) -> TextNode | None:
        known: dict[int, TextNode | None] = self.__dict__.setdefault("_roots", {})
        if source.number not in known:
            known[source.number] = text_nodes(source.text)
        return known[source.number]

    def _moved(self, source: Source, splice: Splice) -> Splice | None:
        """Return a splice of a document as one of the file, with the file's line breaks."""
        begin, end = self._at(source, splice.begin), self._at(source, splice.end)
        was = _BREAK.sub("\n", self.text[begin:end])
        if was != source.text[splice.begin : splice.end]:
            return None
        return Splice(begin, end, splice.text.replace("\n", self._break_at(begin)))

    def _at(self, source: Source, offset: int) -> int:
        line = source.first_line + source.text.count("\n", 0, offset)
        text, at = source.around or source.text, source.begin + offset
        return self.starts[line - 1] + at - (text.rfind("\n", 0, at) + 1)

    def _document(self, source: Source, root: TextNode) -> Splice | None:
        """Return the lines of a document, from its marker to the next one; None of a list's item.

        What stands before the first document without a marker is about the file.
        """
        if source.around or not self._is_whole(source):
            return None
        first = source.first_line
        marked = [line for line in (first, first - 1) if self._has_marker(line)]
        if marked:
            begin = self.starts[marked[0] - 1]
        else:
            begin = self.starts[first - 1 + source.text.count("\n", 0, root.begin)]
        lines = range(first + 1, len(self.starts) + 1)
        if not marked or marked[0] != first:
            lines = range(first, len(self.starts) + 1)
        after = next((line for line in lines if self._has_marker(line)), None)
        if after is None and not self.text.endswith(("\n", "\r")):  # so it ends without a break
            begin = len(self.text[:begin].removesuffix("\n").removesuffix("\r"))
        return Splice(begin, len(self.text) if after is None else self.starts[after - 1], "")

    def _at_the_end(self, text: str) -> Splice:
        """Return a splice that adds a document; where no break ends the file, none does then."""
        end = len(self.text)
        added = f"---\n{text}"
        if not self.text.endswith(("\n", "\r")):
            added = f"\n{added.rstrip()}"
        return Splice(end, end, added.replace("\n", self._break_at(0)))

    def _break_at(self, at: int) -> str:
        """Return the line break that is used from a place on."""
        found = _BREAK.search(self.text, at) or _BREAK.search(self.text)
        return found[0] if found else "\n"

    def _is_whole(self, source: Source) -> bool:
        """Whether a document's text is the text of its lines, as an item of a list's is not."""
        begin = self.starts[source.first_line - 1]
        line = source.text.partition("\n")[0]
        return self.text.startswith(line, begin)

    def _has_marker(self, line: int) -> bool:
        return line > 0 and _MARKER.match(self.text, self.starts[line - 1]) is not None


def _in_text(text: str, root: TextNode, intent: Intent) -> Splice | None:
    """Return what an intent changes in the text of its document."""
    path = intent.place.path
    if isinstance(intent, SetKey):
        mapping = root.at(path)
        value = mapping and mapping.below(intent.key)
        if value:
            return replaced(text, value, intent.value)
        return added(text, mapping, intent.key, intent.value) if mapping else None
    items = root.at(path[:-1])
    index = path[-1] if path else None
    if items is None or items.shape != "list" or not isinstance(index, int):
        return None
    if index >= len(items.items):
        return None
    if isinstance(intent, CopyItem):
        return copied(text, items, index, intent.values)
    return without(text, items, index) if isinstance(intent, RemoveItem) else None
