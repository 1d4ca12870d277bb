"""The wire format of protocol buffers, as far as a client of istiod needs it.

Comes in: bytes of a message. Goes out: its fields as numbers and values; or the other way round.
What a reader does not ask for stays bytes and costs nothing, which is why there are no message
classes: of a route table of half a megabyte only names are looked at.
https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

from collections.abc import Iterator

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_SIZES = {FIXED64: 8, FIXED32: 4}


class MalformedError(ValueError):
    """The bytes are no message of protocol buffers."""


def fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Yield number and value of each field: an integer, or the bytes of what has a length.

    Fixed sizes are given as their bytes. Raises MalformedError.

    >>> [(number, bytes(value)) for number, value in fields(memoryview(text(3, "lane")))]
    [(3, b'lane')]
    """
    at, end = 0, len(message)
    while at < end:
        key, at = _varint(message, at)
        number, form = key >> 3, key & 7
        if form == VARINT:
            value, at = _varint(message, at)
            yield number, value
            continue
        if form == BYTES:
            size, at = _varint(message, at)
        elif form in _SIZES:
            size = _SIZES[form]
        else:
            raise MalformedError(f"wire type {form}")
        if at + size > end:
            raise MalformedError("ends within a field")
        yield number, message[at : at + size]
        at += size


def inner(message: memoryview, number: int) -> Iterator[memoryview]:
    """Yield the values of a field that has bytes, as often as it stands there."""
    for found, value in fields(message):
        if found == number and not isinstance(value, int):
            yield value


def first(message: memoryview, number: int) -> memoryview:
    """Return the first value of a field that has bytes; none are no bytes."""
    return next(inner(message, number), memoryview(b""))


def text_of(message: memoryview, number: int) -> str:
    """Return the first value of a field as text."""
    return str(first(message, number), "utf-8", "replace")


def number_of(message: memoryview, number: int) -> int:
    """Return the last value of an integer field, 0 where it does not stand there."""
    found = [value for at, value in fields(message) if at == number and isinstance(value, int)]
    return found[-1] if found else 0


def text(number: int, value: str) -> bytes:
    """Spell a field of text; an empty one is left out, as protocol buffers have it."""
    return part(number, value.encode()) if value else b""


def part(number: int, value: bytes) -> bytes:
    """Spell a field whose value is bytes or a message."""
    return _spelled(number << 3 | BYTES) + _spelled(len(value)) + value


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    found, shift = 0, 0
    while True:
        if at >= len(message) or shift > 63:
            raise MalformedError("ends within a number")
        byte = message[at]
        at += 1
        found |= (byte & 0x7F) << shift
        if byte < 0x80:
            return found, at
        shift += 7


def _spelled(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)
