"""Finds line and column of values, only when somebody wants to know.

Comes in: places. Goes out: positions in their files. A document is gone through once for all places
in it, with a stack of its own, so that neither depth nor number matters. A path that does not exist
is placed at its nearest existing parent; a document that no parser understands, as far as one got.
It never raises.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import yaml

from laneway.core.findings.place import Place, Position, Source, Step

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


class _Wish:
    """A value somebody wants to find, or one on the way to it."""

    __slots__ = ("below", "key", "span")

    def __init__(self) -> None:
        self.below: dict[Step, _Wish] = {}
        self.span: _Span | None = None
        self.key: _Span | None = None


def _spans(text: str, places: Sequence[Place]) -> list[_Span]:
    root = _Wish()
    for place in places:
        wish = root
        for step in place.path:
            wish = wish.below.setdefault(step, _Wish())
    _EventWalk(root).go(text)
    return [_deepest(root, place) for place in places]


def _deepest(root: _Wish, place: Place) -> _Span:
    span, wish = root.span or (0, 0), root
    for step in place.path:
        wish = wish.below[step]
        if wish.span is None:
            break
        span = wish.span
    return wish.key if place.is_key and wish.key is not None else span


class _Level:
    """A mapping or list of the document on the way; `wish` is None where nothing is wanted."""

    __slots__ = ("is_mapping", "key", "key_span", "position", "wish")

    def __init__(self, wish: _Wish | None, *, is_mapping: bool) -> None:
        self.wish = wish
        self.is_mapping = is_mapping
        self.key: str | None = None
        self.key_span: _Span = (0, 0)
        self.position = 0


class _EventWalk:
    """Goes through the events of a document and marks what is wished for."""

    def __init__(self, root: _Wish) -> None:
        self._root = root
        self._levels: list[_Level] = []

    def go(self, text: str) -> None:
        """Mark all wishes; stops quietly where the text is no YAML."""
        try:
            for event in _events(text):
                self._take(event)
        except (yaml.YAMLError, UnicodeError, ValueError):
            return

    def _take(self, event: Any) -> None:
        kind = type(event)
        if kind is yaml.ScalarEvent or kind is yaml.AliasEvent:
            self._leaf(event)
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            wish = self._mark(event, is_leaf=False)
            self._levels.append(_Level(wish, is_mapping=kind is yaml.MappingStartEvent))
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            self._levels.pop()
            self._passed()

    def _leaf(self, event: Any) -> None:
        level = self._levels[-1] if self._levels else None
        if level is not None and level.is_mapping and level.key is None:
            level.key = getattr(event, "value", "")
            level.key_span = (event.start_mark.index, event.end_mark.index)
            return
        self._mark(event, is_leaf=True)
        self._passed()

    def _mark(self, event: Any, *, is_leaf: bool) -> _Wish | None:
        """Mark the wish for the value an event begins, if there is one, and return it."""
        span = (event.start_mark.index, event.end_mark.index)
        if not self._levels:
            self._root.span = span if is_leaf else (span[0], span[0])
            return self._root
        level = self._levels[-1]
        if level.wish is None:
            return None
        wish = level.wish.below.get((level.key or "") if level.is_mapping else level.position)
        if wish is None:
            return None
        wish.key = level.key_span if level.is_mapping else None
        if level.is_mapping and (not is_leaf or span[0] == span[1]):
            wish.span = level.key_span
        else:
            wish.span = span if is_leaf else (span[0], span[0])
        return wish

    def _passed(self) -> None:
        """Leave a value: what follows is the next key, or the next item."""
        if self._levels:
            self._levels[-1].key = None
            self._levels[-1].position += 1


def _events(text: str) -> Iterator[Any]:
    return yaml.parse(text, Loader=yaml.CSafeLoader)
