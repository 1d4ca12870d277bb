"""Turns the bytes of one file into documents: raw values that know where they were written.

Comes in: a path and bytes. Goes out: documents, findings, and whether anything in the file could
not be read. Each document is parsed alone, so that a bad one loses only itself; the fast parser
reads what it reads as kubectl does, the exact one the rest. Never raises: no bytes, no size and no
depth end in an exception. It knows no kinds.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

import yaml_rs
from msgspec import Struct
from msgspec.structs import replace

from laneway.core.findings.codes import reading
from laneway.core.findings.finding import Code, Finding, finding
from laneway.core.findings.place import Place, Source
from laneway.core.resources.yaml.json_stream import (
    NoJsonError,
    TooDeepError,
    TooManyError,
    list_items,
    looks_like_json,
    read_json,
)
from laneway.core.resources.yaml.limits import (
    DEEPEST,
    LARGEST_EXACT,
    LARGEST_FILE,
    MEGABYTE,
    MOST_DOCUMENTS,
    MOST_VALUES,
)
from laneway.core.resources.yaml.list_items import CutList, cut_list
from laneway.core.resources.yaml.splitting import BOM, Piece, split, with_plain_breaks
from laneway.core.resources.yaml.suspects import is_suspect

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_VALUE_MARKS = (b"\n", b",", b"[", b"{")


class Document(Struct, frozen=True):
    """One document and its raw value: mappings, lists and scalars, keys being text."""

    source: Source
    value: Any


class Documents(Struct, frozen=True):
    """What a piece of a file held. `unread` says that some of it could not be understood at all."""

    documents: tuple[Document, ...] = ()
    findings: tuple[Finding, ...] = ()
    unread: bool = False


class DocumentReader:
    """Reads one file piece by piece: first `cut`, then each piece with `read`."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._clean = False
        self._exact_left = LARGEST_EXACT

    def cut(self, raw: bytes) -> tuple[list[Piece], Documents]:
        """Cut a file into pieces; the second value tells of what lies beyond the limits."""
        notes = _Notes(self._path, 0)
        if len(raw) > LARGEST_FILE:
            notes.refuse_rest(1, f"{LARGEST_FILE // MEGABYTE} MB")
        elif sum(map(raw.count, _VALUE_MARKS)) > MOST_VALUES:
            notes.refuse_rest(1, f"{MOST_VALUES:,} values")
        elif raw.startswith(_UTF16):
            hint = "; the file is written in UTF-16"
            notes.refuse(Source(self._path), reading.NOT_UTF8, byte=raw[0], hint=hint)
        if notes.unread:
            return [], notes.documents_read()
        plain = with_plain_breaks(raw.removeprefix(BOM))
        self._clean = not is_suspect(plain)
        pieces = list(islice(split(plain), MOST_DOCUMENTS + 1))
        if len(pieces) > MOST_DOCUMENTS:
            notes.refuse_rest(pieces.pop().first_line, f"{MOST_DOCUMENTS:,} documents")
        return pieces, notes.documents_read()

    def read(self, piece: Piece, number: int) -> Documents:
        """Read a piece. Never raises. Its documents are numbered from `number` on."""
        cut = cut_list(piece)
        found = None
        if cut is not None and len(cut.items) <= MOST_DOCUMENTS:
            found = self._items(cut, number)
        return found or self._whole(piece, number)

    def _whole(self, piece: Piece, number: int) -> Documents:
        notes = _Notes(self._path, number)
        source = notes.source_of(piece)
        if source is not None and not (looks_like_json(source.text) and _read_json(source, notes)):
            clean = self._clean or not is_suspect(piece.raw)
            if not (clean and _read_fast(source, notes)):
                self._read_exactly(source, notes)
        return notes.documents_read()

    def _items(self, cut: CutList, number: int) -> Documents | None:
        """Read the items of a list one by one; None where they turn out to hang together."""
        around = self._whole(cut.around, number)
        if around.findings:
            return None
        documents: list[Document] = []
        findings: list[Finding] = []
        for piece in cut.items:
            found = self._whole(piece, number + len(documents))
            if found.unread:
                return None
            documents += found.documents
            findings += found.findings
        return Documents(tuple(documents), tuple(findings))

    def _read_exactly(self, source: Source, notes: _Notes) -> None:
        self._exact_left -= len(source.text)
        if self._exact_left < 0:
            what = "what must be read the exact way (aliases, tags, unusual numbers) in this file"
            limit = f"{LARGEST_EXACT // MEGABYTE} MB"
            notes.refuse(source, reading.TOO_LARGE, what=what, limit=limit)
        else:
            _read_exact(source, notes)


class _Notes:
    """Collects what a piece of a file held."""

    def __init__(self, path: str, number: int) -> None:
        self._path = path
        self._number = number
        self._documents: list[Document] = []
        self._findings: list[Finding] = []
        self.unread = False

    def documents_read(self) -> Documents:
        """Return everything collected."""
        return Documents(tuple(self._documents), tuple(self._findings), self.unread)

    def add(self, source: Source, value: Any) -> None:
        """Add a document."""
        self._documents.append(Document(source, value))

    def note(self, source: Source, code: Code, offset: int, words: dict[str, object]) -> None:
        """Note a finding about a position in the text."""
        self._findings.append(finding(code, Place(source, (), offset), "", **words))

    def refuse(self, source: Source, code: Code, offset: int = 0, **words: object) -> None:
        """Note that a part of the file cannot be read."""
        self.unread = True
        self.note(source, code, offset, words)

    def refuse_rest(self, first_line: int, limit: str) -> None:
        """Note that the file, or its rest, goes beyond a limit."""
        self.refuse(Source(self._path, first_line), reading.TOO_LARGE, what="the file", limit=limit)

    def source(self, first_line: int, text: str) -> Source:
        """Return the source of the next document."""
        number = self._number + len(self._documents)
        return Source(self._path, first_line, number, text)

    def source_of(self, piece: Piece) -> Source | None:
        """Decode a piece; None where it is not UTF-8."""
        try:
            source = self.source(piece.first_line, piece.raw.decode())
        except UnicodeDecodeError as error:
            source = self.source(piece.first_line, piece.raw.decode(errors="replace"))
            offset = len(piece.raw[: error.start].decode(errors="replace"))
            self.refuse(source, reading.NOT_UTF8, offset, byte=piece.raw[error.start], hint="")
            return None
        if piece.past_marker:
            self.note(source, reading.MARKER_LINE, 4, {})
        if piece.past_end:
            self.note(source, reading.BEHIND_THE_END, 0, {})
        return source


def _read_fast(source: Source, notes: _Notes) -> bool:
    try:
        value = yaml_rs.loads(source.text, parse_datetime=False)
    except (ValueError, TypeError):
        return False  # the exact way says where and why
    notes.add(source, value)
    return True


def _read_json(source: Source, notes: _Notes) -> bool:
    text = source.text
    try:
        values = read_json(text, MOST_DOCUMENTS)
    except NoJsonError:
        return False
    except TooDeepError as error:
        notes.refuse(source, reading.TOO_DEEP, error.args[0], limit=DEEPEST)
        return True
    except TooManyError:
        notes.refuse_rest(source.first_line, f"{MOST_DOCUMENTS:,} documents")
        return True
    values = [item for value in values for item in list_items(text, value) or [value]]
    line, counted = source.first_line, 0
    for found in values:
        line += text.count("\n", counted, found.begin)
        counted = found.begin
        cut = notes.source(line, text[found.begin : found.end])
        notes.add(replace(cut, around=text, begin=found.begin), found.value)
    return True


def _read_exact(source: Source, notes: _Notes) -> None:
    forbidden = _FORBIDDEN.search(source.text)
    if forbidden is not None:
        character = f"U+{ord(forbidden[0]):04X}"
        notes.refuse(source, reading.INVISIBLE_CHARACTER, forbidden.start(), character=character)
        return
    from laneway.core.resources.yaml.exact import read_exactly  # noqa: PLC0415 - brings in PyYAML

    exact = read_exactly(source.text, source.first_line)
    for fault in exact.faults:
        notes.note(source, fault.code, fault.offset, fault.words)
    if exact.broken:
        notes.unread = True
    else:
        notes.add(source, exact.value)
