"""Finds where values stand in the text of one document, in characters.

Comes in: a text and places in it. Goes out: a span for each. Apart from `locate`, because it brings
in PyYAML, which is loaded only where some finding has a place in a document. It never raises.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import yaml

from laneway.core.findings.place import Place, Step

Span = tuple[int, int]


class _Wish:
    """A value somebody wants to find, or one on the way to it."""

    __slots__ = ("below", "key", "span")

    def __init__(self) -> None:
        self.below: dict[Step, _Wish] = {}
        self.span: Span | None = None
        self.key: Span | None = None


def spans_of(text: str, places: Sequence[Place]) -> list[Span]:
    """Return where each place is, or its nearest parent that exists."""
    root = _Wish()
    for place in places:
        wish = root
        for step in place.path:
            wish = wish.below.setdefault(step, _Wish())
    _EventWalk(root).go(text)
    return [_deepest(root, place) for place in places]


def _deepest(root: _Wish, place: Place) -> Span:
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
        self.key_span: Span = (0, 0)
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
