"""What is to change in documents, as values: keys set, items copied or taken away, values replaced.

Comes in: places and values. Goes out: the documents as they are to be read afterwards. Apart from
the texts, so that a changed text can be held against what was meant: nothing else may differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from laneway.core.edits.splices import Scalar
from laneway.core.findings.place import Place, Step


class SetKey(Struct, frozen=True):
    """A key of the mapping at a place gets a value."""

    place: Place
    key: str
    value: Scalar


class CopyItem(Struct, frozen=True):
    """The item of a list at a place is written once more behind it, with other values in it."""

    place: Place
    values: Mapping[tuple[Step, ...], Scalar]


class RemoveItem(Struct, frozen=True):
    """The item of a list at a place goes."""

    place: Place


class RemoveDocument(Struct, frozen=True):
    """The document at a place goes."""

    place: Place


class AppendDocument(Struct, frozen=True):
    """A document is added behind the last one of the file that a place is in."""

    place: Place
    text: str
    value: Any


class Become(Struct, frozen=True):
    """The value at a place becomes another one; what both have in common is not touched."""

    place: Place
    value: Any


Intent = AppendDocument | Become | SetKey | CopyItem | RemoveItem | RemoveDocument


def intended(documents: Sequence[Any], intents: Iterable[Intent]) -> list[Any]:
    """Return the values of a file's documents as they are meant to be.

    >>> from laneway.core.findings.place import Source
    >>> place = Place(Source("a.yaml"))
    >>> intended([{"a": [1, 2]}], [SetKey(place, "b", 3), RemoveItem(place.at("a", 0))])
    [{'a': [2], 'b': 3}]
    """
    wanted = list(intents)
    values = [unshared(one) for one in documents]
    copies = [_copy(values, one) for one in wanted if isinstance(one, CopyItem)]
    for one in wanted:
        if isinstance(one, SetKey):
            value_at(values, one.place)[one.key] = one.value
        elif isinstance(one, Become):
            _put(values, one.place, one.value)
    moved = [*copies, *((one.place, None) for one in wanted if isinstance(one, RemoveItem))]
    for place, copy in sorted(moved, key=_last_first, reverse=True):
        items, index = value_at(values, Place(place.source, place.path[:-1])), _index(place)
        items[index : index + 1] = [] if copy is None else [items[index], copy[0]]
    gone = {one.place.source.number for one in wanted if isinstance(one, RemoveDocument)}
    kept = [value for number, value in enumerate(values) if number not in gone]
    return kept + [one.value for one in wanted if isinstance(one, AppendDocument)]


def unshared(value: Any) -> Any:
    """Return a copy in which what an alias repeats is a value of its own."""
    if isinstance(value, dict):
        return {key: unshared(one) for key, one in value.items()}
    return [unshared(one) for one in value] if isinstance(value, list) else value


def value_at(values: Sequence[Any], place: Place) -> Any:
    """Return the value at a place. Raises LookupError or TypeError where there is none."""
    found = values[place.source.number]
    for step in place.path:
        found = found[step]
    return found


def _put(values: list[Any], place: Place, value: Any) -> None:
    if place.path:
        value_at(values, Place(place.source, place.path[:-1]))[place.path[-1]] = value
    else:
        values[place.source.number] = value


def with_values(value: Any, changes: Mapping[tuple[Step, ...], Scalar]) -> Any:
    """Return a copy of a value with others at some paths in it."""
    copy = [unshared(value)]
    for path, one in changes.items():
        inside = copy[0]
        for step in path[:-1]:
            inside = inside[step]
        if path:
            inside[path[-1]] = one
        else:
            copy[0] = one
    return copy[0]


def _copy(values: Sequence[Any], one: CopyItem) -> tuple[Place, list[Any]]:
    return one.place, [with_values(value_at(values, one.place), one.values)]


def _last_first(moved: tuple[Place, Any]) -> tuple[int, int]:
    return moved[0].source.number, _index(moved[0])


def _index(place: Place) -> int:
    return int(place.path[-1])
