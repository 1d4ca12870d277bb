"""Reads once what many objects say alike.

Comes in: a cursor, the key of a list in it, and who reads such a list. Goes out: what was read, one
value wherever the same is written without a flaw: fifty lanes ask the same of their callers in the
routes of a thousand services. A list with a flaw is read where it stands, so that each finding has
its own place. What is kept is bounded, and nothing but what was written decides it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

from msgspec.msgpack import decode, encode

from laneway.core.findings.place import Source
from laneway.core.resources.yaml.cursor import Cursor, Notes

T = TypeVar("T")
Many = tuple[T, ...]


def read_alike(cursor: Cursor, key: str, read: Callable[[Cursor], Many[T]]) -> Many[T]:
    """Read the list under a key; `read` is a function that looks at that key alone."""
    written = cursor.raw.get(key)
    if written is None:
        return ()
    try:
        alike = _faultless(key, encode(written), read)
    except (OverflowError, ValueError):  # a number or a character that no other format has
        alike = None
    return read(cursor) if alike is None else alike


@lru_cache(maxsize=4096)
def _faultless(key: str, written: bytes, read: Callable[[Cursor], Many[Any]]) -> Many[Any] | None:
    cursor = Cursor({key: decode(written)}, Notes(Source("")))
    found = read(cursor)
    return None if cursor.notes.findings or cursor.notes.errors else found
