"""What differs inside two bodies, field by field.

Comes in: two values of plain dictionaries, lists and scalars. Goes out: the smallest paths at which
they differ. Items of a list are paired by their `name` where all have one of their own (routes,
subsets, ports), else by position. Parts that are the same object are not looked into.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

Kind = Literal["added", "removed", "changed", "reordered"]

_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]+")


class FieldChange(Struct, frozen=True):
    """One difference. `before` is None where a field was added, `after` where it was removed.

    `path` is written as in `spec.http[lane-s2].route[0].weight`. For a reordered list both values
    are the names of its items.
    """

    path: str
    kind: Kind
    before: Any = None
    after: Any = None


def field_changes(before: Any, after: Any, path: str = "") -> Iterator[FieldChange]:
    """Compare two values; nothing comes out when they are equal.

    >>> [str(change.path) for change in field_changes({"a": {"b": 1}}, {"a": {"b": 2}})]
    ['a.b']
    """
    if before is after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _mapping_changes(before, after, path)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _list_changes(before, after, path)
    elif type(before) is not type(after) or before != after:
        yield FieldChange(path, "changed", before, after)


def _mapping_changes(
    before: Mapping[str, Any], after: Mapping[str, Any], path: str
) -> Iterator[FieldChange]:
    for key, value in before.items():
        if key not in after:
            yield FieldChange(_below(path, key), "removed", before=value)
        elif value is not after[key]:
            yield from field_changes(value, after[key], _below(path, key))
    for key, value in after.items():
        if key not in before:
            yield FieldChange(_below(path, key), "added", after=value)


def _list_changes(before: Sequence[Any], after: Sequence[Any], path: str) -> Iterator[FieldChange]:
    old, new = _by_name(before), _by_name(after)
    if old is None or new is None:
        old, new = _by_position(before), _by_position(after)
    for name, value in old.items():
        if name not in new:
            yield FieldChange(f"{path}[{name}]", "removed", before=value)
        elif value is not new[name]:
            yield from field_changes(value, new[name], f"{path}[{name}]")
    for name, value in new.items():
        if name not in old:
            yield FieldChange(f"{path}[{name}]", "added", after=value)
    stayed, stays = [n for n in old if n in new], [n for n in new if n in old]
    if stayed != stays:
        yield FieldChange(path, "reordered", stayed, stays)


def _by_name(items: Sequence[Any]) -> dict[str, Any] | None:
    named = {
        name: item
        for item in items
        if isinstance(item, dict) and isinstance(name := item.get("name"), str)
    }
    return named if len(named) == len(items) else None


def _by_position(items: Sequence[Any]) -> dict[str, Any]:
    return {str(position): item for position, item in enumerate(items)}


def _below(path: str, key: str) -> str:
    if not _PLAIN_KEY.fullmatch(key):
        return f'{path}["{key}"]'
    return f"{path}.{key}" if path else key
