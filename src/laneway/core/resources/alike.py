"""Reads once what many objects say alike.

Comes in: a list, and how such lists are read. Goes out: what was read, one value wherever the same
is written without a flaw: fifty lanes ask the same of their callers in the routes of a thousand
services. A list with a flaw, or with a field that no table names, is read where it stands, so that
each finding has its own place. What is kept is bounded, and nothing but what was written decides
it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Generic, TypeVar

from msgspec import Struct
from msgspec.msgpack import decode, encode

from laneway.core.findings.place import Source
from laneway.core.resources.istio.known_fields import Tree, is_known
from laneway.core.resources.yaml.cursor import Cursor, Notes

T = TypeVar("T")
Many = tuple[T, ...]


class Lists(Struct, Generic[T], frozen=True, eq=False):
    """Lists that stand under one key, who reads them, and every field that one may have.

    `read` is a function that looks at that key alone.
    """

    key: str
    read: Callable[[Cursor], Many[T]]
    fields: Tree


def read_alike(cursor: Cursor, lists: Lists[T]) -> Many[T]:
    """Read a list of a mapping; of one in `spec` without a flaw it is noted that it is plain."""
    alike = faultless(lists, cursor.raw.get(lists.key))
    if alike is None:
        return lists.read(cursor)
    if len(cursor.path) == 1:
        cursor.notes.plain.add(lists.key)
    return alike


def faultless(lists: Lists[T], written: Any) -> Many[T] | None:
    """Return what a list says; None where it has a flaw or an unknown field."""
    if written is None:
        return ()
    try:
        return _read_once(lists, encode(written))
    except (OverflowError, ValueError):  # a number or a character that no other format has
        return None


@lru_cache(maxsize=4096)
def _read_once(lists: Lists[Any], written: bytes) -> Many[Any] | None:
    cursor = Cursor({lists.key: decode(written)}, Notes(Source("")))
    found = lists.read(cursor)
    is_flawed = cursor.notes.findings or cursor.notes.errors
    return None if is_flawed or not is_known(cursor.raw, {lists.key: lists.fields}) else found
