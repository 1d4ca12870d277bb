"""Finds the line of a value with the fast reader alone, for who asks no column.

Comes in: a place. Goes out: its line. The line of a value is the first after which the text, read
up to there, holds the value; so the reader that keeps no positions tells them, and PyYAML, which
takes longer to load than a whole document to read, stays away. Where a text cannot be read in part
(brackets or quotes over several lines) or holds no such value, `locate` answers.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate
from typing import Any

import yaml_rs

from laneway.core.findings.place import Place, Step

_NOTHING: Any = object()


def line_of(place: Place) -> int:
    r"""Return the line of a place, as `locate` does.

    >>> from laneway.core.findings.place import Source
    >>> source = Source("a.yaml", first_line=3, text="a:\n  b: 1\n")
    >>> line_of(Place(source, ("a", "b"))), line_of(Place(source, ("a",)))
    (4, 3)
    """
    if place.offset is None and not place.is_key:
        try:
            return place.source.first_line + _lines_before(place.source.text, place.path)
        except (ValueError, TypeError, LookupError):
            pass  # no part of the text, or the text itself, can be read
    from laneway.core.findings.locate import locate  # noqa: PLC0415 - brings in PyYAML

    return locate(place).line


def file_and_line(place: Place) -> str:
    r"""Return file and line of a place; an object of a cluster has no line, only its own name.

    >>> from laneway.core.findings.place import Source
    >>> file_and_line(Place(Source("a.yaml", text="a: 1\n"), ("a",)))
    'a.yaml:1'
    >>> file_and_line(Place(Source("service/shop/cart"), ("spec",)))
    'service/shop/cart'
    """
    path = place.source.path
    return f"{path}:{line_of(place)}" if place.source.text else path


def _lines_before(text: str, path: tuple[Step, ...]) -> int:
    """Count the lines before a value. Raises where that cannot be told."""
    value = _held(text, path)
    if value is _NOTHING:
        raise LookupError
    named = isinstance(value, dict | list) and bool(path) and isinstance(path[-1], str)
    ends = list(accumulate(len(line) + 1 for line in text.split("\n")))

    def is_held(end: int) -> bool:
        """Whether a part of the text holds the value, or of one that holds others, its key."""
        found = _held(text[:end], path)
        return found is not _NOTHING and (found is not None or value is None or named)

    return bisect_left(ends, 1, key=is_held)


def _held(text: str, path: tuple[Step, ...]) -> Any:
    """Return the value at a path of a text, or nothing where the text does not go so far."""
    value: Any = yaml_rs.loads(text, parse_datetime=False)
    for step in path:
        if isinstance(value, dict):
            value = value.get(step, _NOTHING)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return _NOTHING
    return value
