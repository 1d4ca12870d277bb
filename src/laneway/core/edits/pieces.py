"""Where the pairs of a mapping and the items of a list stand, and how some of them go.

Comes in: a text and a node of it. Goes out: a span for each piece, and splices that take runs of
them away with their lines, or with one comma in brackets. None where lines are shared with others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from msgspec import Struct

from laneway.core.edits.splices import Splice, dash_of
from laneway.core.edits.text_nodes import TextNode

DASHED = re.compile(r"(?:[&!][^\s]*(?:\s+#[^\n]*)?\s+)+")
"""Anchors and tags before a value."""


class Pieces(Struct, frozen=True):
    """The spans of pairs or items, from the first character of each (a dash) behind its last."""

    spans: tuple[tuple[int, int], ...]
    is_flow: bool


def pairs_of(mapping: TextNode) -> Pieces:
    """Return the pairs of a mapping."""
    spans = tuple((key.begin if key else value.begin, value.end) for key, value in mapping.items)
    return Pieces(spans, mapping.is_flow)


def items_of(text: str, items: TextNode) -> Pieces:
    """Return the items of a list."""
    spans = []
    for _, item in items.items:
        dash = None if items.is_flow else dash_of(text, item)
        spans.append((item.begin if dash is None else dash, item.end))
    return Pieces(tuple(spans), items.is_flow)


def without_run(text: str, pieces: Pieces, kept: Sequence[int]) -> list[Splice] | None:
    """Return what takes all pieces away but those kept."""
    found = []
    for first, last in _runs(len(pieces.spans), set(kept)):
        cut = _in_brackets if pieces.is_flow else _in_lines
        splice = cut(text, pieces.spans, first, last)
        if splice is None:
            return None
        found.append(splice)
    return found


def _runs(count: int, kept: set[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and last of those that go one after the other."""
    for stays, run in groupby(range(count), kept.__contains__):
        if not stays:
            group = list(run)
            yield group[0], group[-1]


def _in_brackets(
    text: str, spans: Sequence[tuple[int, int]], first: int, last: int
) -> Splice | None:
    """Take pieces and a comma for each; a comment behind the comma before is about the first."""
    if first and "#" not in text[spans[first - 1][1] : spans[first][0]]:
        return Splice(spans[first - 1][1], spans[last][1], "")
    if last + 1 < len(spans):
        return Splice(spans[first][0], spans[last + 1][0], "")
    return Splice(spans[first][0], spans[last][1], "")


def _in_lines(text: str, spans: Sequence[tuple[int, int]], first: int, last: int) -> Splice | None:
    """Take the lines of pieces; of the first pair behind a dash only what stands behind it."""
    begin, end = spans[first][0], end_of_line(text, spans[last][1])
    if text[begin - column(text, begin) : begin].strip(" "):
        if first or last + 1 >= len(spans):
            return None
        rest = text[end:]
        return Splice(begin, end + len(rest) - len(rest.lstrip(" \n")), "")
    begin -= column(text, begin)
    if end < len(text):
        return Splice(begin, end + 1, "")
    return Splice(max(begin - 1, 0), end, "")


def column(text: str, at: int) -> int:
    """Return how far a place is from the beginning of its line."""
    return at - (text.rfind("\n", 0, at) + 1)


def end_of_line(text: str, at: int) -> int:
    """Return where a line ends."""
    end = text.find("\n", at)
    return end if end >= 0 else len(text)
