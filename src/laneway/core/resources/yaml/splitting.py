"""Cuts a file into its documents before anything is parsed.

Comes in: the bytes of a file. Goes out: pieces, each with the line it begins on. Apart from the
parsers, so that a document nobody can read loses only itself, and so that a value's line can be
found later without the rest of the file. It knows nothing of YAML but the two markers at the
beginning of a line; inside quotes and block scalars, too, YAML lets them end the document.
https://yaml.org/spec/1.1/#id898031
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

BOM = b"\xef\xbb\xbf"

_MARKER = re.compile(rb"\n(?:---|\.\.\.)(?=[ \t\n]|\Z)")
_FIRST_MARKER = re.compile(rb"(?:---|\.\.\.)(?=[ \t\n]|\Z)")
_REST_OF_LINE = re.compile(rb"[ \t]*(#[^\n]*)?(?:\n|\Z)")
_CONTENT = re.compile(rb"^[ \t]*[^ \t\n#]", re.MULTILINE)
_NO_DIRECTIVE = re.compile(rb"^[ \t]*[^ \t\n#%]|^[ \t]+%", re.MULTILINE)


class Piece(Struct, frozen=True):
    """The bytes of one document.

    `first_line` is the 1-based line of the file on which they begin. `past_marker` says that
    something stands on the line of the `---` itself, `past_end` that the document follows `...`
    without a `---`: kubectl reads neither.
    """

    raw: bytes
    first_line: int
    past_marker: bool = False
    past_end: bool = False


class _Section(Struct, frozen=True):
    """What stands between two markers: from its marker, from behind it, to the next one."""

    marker: int
    begin: int
    end: int
    dashes: bool


def with_plain_breaks(raw: bytes) -> bytes:
    """Return the bytes with every line break written as one newline, as YAML reads them."""
    if b"\r" not in raw:
        return raw
    return raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def split(raw: bytes) -> Iterator[Piece]:
    """Cut a file's bytes, with plain breaks, into the pieces that have content, in order."""
    counted, line = 0, 1
    directives: int | None = None  # they belong to the document behind the next marker
    for section in _sections(raw):
        begin, past_marker = _begin(raw, section)
        body = raw[begin : section.end]
        if directives is not None:
            begin, directives = directives, None
            body = raw[begin : section.end]
        elif not section.dashes and b"%" in body and not _NO_DIRECTIVE.search(body):
            directives = begin
            if section.end < len(raw):
                continue
        if _CONTENT.search(body) or begin < section.marker:
            line += raw.count(b"\n", counted, begin)
            counted = begin
            past_end = not section.dashes and section.marker > 0
            yield Piece(body.removeprefix(BOM), line, past_marker, past_end)


def _sections(raw: bytes) -> Iterator[_Section]:
    first = _FIRST_MARKER.match(raw)
    marker, begin, dashes = 0, 0, False
    if first is not None:
        begin, dashes = 3, raw.startswith(b"---")
    for found in _MARKER.finditer(raw):
        yield _Section(marker, begin, found.start() + 1, dashes)
        marker, begin = found.start() + 1, found.end()
        dashes = raw.startswith(b"---", marker)
    yield _Section(marker, begin, len(raw), dashes)


def _begin(raw: bytes, section: _Section) -> tuple[int, bool]:
    """Return where a document's bytes begin, and whether that is its marker's own line.

    The marker stays before text of its own line, so that columns are those of the file.
    """
    if section.begin == section.marker:
        return section.begin, False
    rest = _REST_OF_LINE.match(raw, section.begin, section.end)
    if rest is None:
        return section.marker, True
    return rest.end(), False
