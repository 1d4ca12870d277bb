"""Turns the bytes of one file into documents: raw values that know where they were written.

Comes in: a path and bytes. Goes out: documents, findings, and whether anything in the file could
not be read. Each document is parsed alone, so that a bad one loses only itself; the fast parser
reads what it reads as kubectl does, the exact one the rest. Never raises: no bytes, no size and no
depth end in an exception. It knows no kinds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml_rs

from laneway.core.findings.codes import reading
from laneway.core.findings.finding import Code, Finding, finding
from laneway.core.findings.place import Place, Source
from laneway.core.resources.exact import DEEPEST, read_exactly
from laneway.core.resources.json_stream import NoJsonError, TooDeepError, looks_like_json, read_json
from laneway.core.resources.splitting import BOM, Piece, split, with_plain_breaks
from laneway.core.resources.suspects import is_suspect

MEGABYTE = 1 << 20
LARGEST_FILE = 64 * MEGABYTE
LARGEST_EXACT = 8 * MEGABYTE
"""How much of one file the exact way reads, which takes a second for each megabyte."""
MOST_VALUES = 4_000_000
MOST_DOCUMENTS = 200_000

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_VALUE_MARKS = (b"\n", b",", b"[", b"{")


@dataclass(frozen=True, slots=True)
class Document:
    """One document and its raw value: mappings, lists and scalars, keys being text."""

    source: Source
    value: Any


@dataclass(frozen=True, slots=True)
class Documents:
    """What a file held. `unread` says that some part of it could not be understood at all."""

    documents: tuple[Document, ...] = ()
    findings: tuple[Finding, ...] = ()
    unread: bool = False


def read_documents(path: str, raw: bytes) -> Documents:
    """Read all documents of a file, in order. Time and memory are bounded by limits on its size."""
    reader = _FileReader(path)
    if len(raw) > LARGEST_FILE:
        reader.refuse_rest(Source(path), f"{LARGEST_FILE // MEGABYTE} MB")
    elif sum(map(raw.count, _VALUE_MARKS)) > MOST_VALUES:
        reader.refuse_rest(Source(path), f"{MOST_VALUES:,} values")
    elif raw.startswith(_UTF16):
        hint = "; the file is written in UTF-16"
        reader.refuse(Source(path), reading.NOT_UTF8, byte=raw[0], hint=hint)
    else:
        reader.read(with_plain_breaks(raw.removeprefix(BOM)))
    return Documents(tuple(reader.documents), tuple(reader.findings), reader.unread)


class _FileReader:
    """Reads one file, document by document."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.documents: list[Document] = []
        self.findings: list[Finding] = []
        self.unread = False
        self._exact_left = LARGEST_EXACT
        self._number = -1

    def read(self, raw: bytes) -> None:
        """Read the documents of a file whose line breaks are plain."""
        clean = not is_suspect(raw)
        for number, piece in enumerate(split(raw)):
            if number == MOST_DOCUMENTS:
                rest = Source(self.path, piece.first_line)
                self.refuse_rest(rest, f"{MOST_DOCUMENTS:,} documents")
                return
            source = self._source(piece)
            if source is not None:
                self._document(source, clean=clean or not is_suspect(piece.raw))

    def refuse_rest(self, source: Source, limit: str) -> None:
        """Note that the file, or its rest, goes beyond a limit."""
        self.refuse(source, reading.TOO_LARGE, what="the file", limit=limit)

    def refuse(self, source: Source, code: Code, offset: int = 0, **words: object) -> None:
        """Note that a part of the file cannot be read."""
        self.unread = True
        self._note(source, code, offset, words)

    def _note(self, source: Source, code: Code, offset: int, words: dict[str, object]) -> None:
        self.findings.append(finding(code, Place(source, (), offset), "", **words))

    def _source(self, piece: Piece) -> Source | None:
        try:
            text = piece.raw.decode()
        except UnicodeDecodeError as error:
            text = piece.raw.decode(errors="replace")
            offset = len(piece.raw[: error.start].decode(errors="replace"))
            source = self._next(piece.first_line, text)
            byte = piece.raw[error.start]
            self.refuse(source, reading.NOT_UTF8, offset, byte=byte, hint="")
            return None
        source = self._next(piece.first_line, text)
        if piece.past_marker:
            self._note(source, reading.MARKER_LINE, 4, {})
        if piece.past_end:
            self._note(source, reading.BEHIND_THE_END, 0, {})
        return source

    def _next(self, first_line: int, text: str) -> Source:
        self._number += 1
        return Source(self.path, first_line, self._number, text)

    def _document(self, source: Source, *, clean: bool) -> None:
        if looks_like_json(source.text) and self._json(source):
            return
        if clean:
            try:
                value = yaml_rs.loads(source.text, parse_datetime=False)
            except (ValueError, TypeError):
                pass  # the exact way says where and why
            else:
                self.documents.append(Document(source, value))
                return
        self._exact(source)

    def _json(self, source: Source) -> bool:
        text = source.text
        try:
            values = read_json(text)
        except NoJsonError:
            return False
        except TooDeepError as error:
            self.refuse(source, reading.TOO_DEEP, error.args[0], limit=DEEPEST)
            return True
        line, counted = source.first_line, 0
        for found in values:
            line += text.count("\n", counted, found.begin)
            counted = found.begin
            part = text if len(values) == 1 else text[found.begin : found.end]
            first_line = source.first_line if len(values) == 1 else line
            self.documents.append(Document(self._next(first_line, part), found.value))
        return True

    def _exact(self, source: Source) -> None:
        forbidden = _FORBIDDEN.search(source.text)
        if forbidden is not None:
            character = f"U+{ord(forbidden[0]):04X}"
            offset = forbidden.start()
            self.refuse(source, reading.INVISIBLE_CHARACTER, offset, character=character)
            return
        self._exact_left -= len(source.text)
        if self._exact_left < 0:
            what = "what must be read the exact way (aliases, tags, unusual numbers) in this file"
            limit = f"{LARGEST_EXACT // MEGABYTE} MB"
            self.refuse(source, reading.TOO_LARGE, what=what, limit=limit)
            return
        exact = read_exactly(source.text, source.first_line)
        for fault in exact.faults:
            self._note(source, fault.code, fault.offset, fault.words)
        if exact.broken:
            self.unread = True
        else:
            self.documents.append(Document(source, exact.value))
