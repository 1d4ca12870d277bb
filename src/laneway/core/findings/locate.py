"""Finds line and column of values, only when somebody wants to know.

Comes in: places. Goes out: positions in their files. A document is gone through once for all places
in it, with a stack of its own, so that neither depth nor number matters. A path that does not exist
is placed at its nearest existing parent; a document that no parser understands, as far as one got.
It never raises.
"""

from __future__ import annotations

from collections.abc import Sequence

from laneway.core.findings.place import Place, Position, Source

_Span = tuple[int, int]
_Lines = dict[tuple[int, int], str]
"""Lines by text and where they begin: one may be as long as a file, with a thousand findings."""


def locate(place: Place) -> Position:
    r"""Return where a place is.

    >>> source = Source("a.yaml", first_line=3, text="a:\n  b: 1\n")
    >>> position = locate(Place(source, ("a", "b")))
    >>> position.line, position.column, position.line_text
    (4, 6, '  b: 1')
    >>> locate(Place(source, ("a", "b")).key()).column
    3
    """
    return locate_all([place])[0]


def locate_all(places: Sequence[Place]) -> list[Position]:
    """Return where each place is, in the same order; each document is gone through once."""
    wanted: dict[tuple[str, int, int], list[int]] = {}
    found: list[Position | None] = [None] * len(places)
    lines: _Lines = {}
    for index, place in enumerate(places):
        if place.offset is not None or not place.source.text:
            found[index] = _position(place.source, (place.offset or 0, place.offset or 0), lines)
        else:
            wanted.setdefault(_identity(place.source), []).append(index)
    for indexes in wanted.values():
        source = places[indexes[0]].source
        spans = _spans(source.text, [places[index] for index in indexes])
        for index, span in zip(indexes, spans, strict=True):
            found[index] = _position(source, span, lines)
    return [position for position in found if position is not None]


def _spans(text: str, places: Sequence[Place]) -> list[_Span]:
    from laneway.core.findings.spans import spans_of  # noqa: PLC0415 - brings in PyYAML

    return spans_of(text, places)


def _identity(source: Source) -> tuple[str, int, int]:
    return (source.path, source.number, source.first_line)


def _position(source: Source, span: _Span, lines: _Lines) -> Position:
    at, until = (min(end, len(source.text)) for end in span)
    line = source.first_line + source.text.count("\n", 0, at)
    text, begin = source.around or source.text, source.begin + at
    start = text.rfind("\n", 0, begin) + 1
    end = text.find("\n", begin)
    if (id(text), start) not in lines:
        lines[id(text), start] = text[start : end if end >= 0 else len(text)]
    line_text = lines[id(text), start]
    width = max(1, min(source.begin + until, start + len(line_text)) - begin)
    return Position(line, begin - start + 1, line_text, width)
