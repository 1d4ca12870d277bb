"""Looks over a pack before anything in it is unpacked into memory.

Comes in: a file with a pack as it was sent. Goes out: nothing, or TooMuch. Every entry says how
large it becomes, and a pack of kilobytes may say terabytes; whoever unpacks believes it. So each is
inflated here into nothing, counted, and held against the limits first.
https://git-scm.com/docs/pack-format
"""

from __future__ import annotations

import mmap
import zlib
from typing import IO

from laneway.adapters.gitstore.limits import Limits
from laneway.adapters.gitstore.watch import TooMuch

_OFFSET_DELTA, _NAMED_DELTA = 6, 7
_HEAD, _TRAILER = 12, 20
_CHUNK = 1 << 16


class NoPack(Exception):  # noqa: N818 - the store makes a finding of it
    """The bytes are no pack."""


def scan(file: IO[bytes], limits: Limits) -> None:
    """Hold a pack against limits. Raises TooMuch and NoPack."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as pack:
        if len(pack) < _HEAD + _TRAILER or pack[:4] != b"PACK":
            raise NoPack("it has no head")
        count = int.from_bytes(pack[8:12], "big")
        if count > limits.objects:
            raise TooMuch("the commit has", f"{limits.objects:,} objects")
        at, total = _HEAD, 0
        for _ in range(count):
            at, size = _entry(pack, at, limits)
            total += size
            if total > limits.inflated:
                raise TooMuch("the commit unpacks to", f"{limits.inflated:,} bytes")


def _entry(pack: mmap.mmap, start: int, limits: Limits) -> tuple[int, int]:
    """Return where an entry ends, and how many bytes it takes unpacked."""
    kind = _byte(pack, start) >> 4 & 7
    size, at = _size(pack, start)
    if kind == _NAMED_DELTA:
        at += _TRAILER
    elif kind == _OFFSET_DELTA:
        while _byte(pack, at) & 0x80:
            at += 1
        at += 1
    _hold(size, limits)
    head, at = _inflated(pack, at, size)
    if kind in (_OFFSET_DELTA, _NAMED_DELTA):
        _, then = _number(head, 0)
        result, _ = _number(head, then)
        _hold(result, limits)
        size += result
    return at, size


def _hold(size: int, limits: Limits) -> None:
    if size > limits.object:
        raise TooMuch("a file or folder of the commit has", f"{limits.object:,} bytes")


def _size(pack: mmap.mmap, at: int) -> tuple[int, int]:
    """Return the size that an entry's head says, and where the head ends."""
    byte = _byte(pack, at)
    size, shift = byte & 15, 4
    while byte & 0x80:
        at += 1
        byte = _byte(pack, at)
        size |= (byte & 0x7F) << shift
        shift += 7
        if shift > 64:
            raise NoPack("an entry says no size")
    return size, at + 1


def _inflated(pack: mmap.mmap, at: int, size: int) -> tuple[bytes, int]:
    """Return the first bytes of what an entry holds, and where it ends; the rest is let go."""
    way = zlib.decompressobj()
    head, seen = b"", 0
    while not way.eof:
        rest = way.unconsumed_tail or pack[at : at + _CHUNK]
        if not rest:
            raise NoPack("it ends in an entry")
        fresh = not way.unconsumed_tail
        at += len(rest) if fresh else 0
        try:
            out = way.decompress(rest, _CHUNK)
        except zlib.error as error:
            raise NoPack("an entry is not compressed") from error
        seen += len(out)
        head = head or out[:20]
        if seen > size:
            raise NoPack("an entry is larger than it says")
    if seen != size:
        raise NoPack("an entry is smaller than it says")
    return head, at - len(way.unused_data)


def _number(text: bytes, at: int) -> tuple[int, int]:
    """Return a number of a delta's head, and where it ends."""
    number = shift = 0
    while at < len(text):
        byte = text[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            return number, at
    raise NoPack("a delta says no size")


def _byte(pack: mmap.mmap, at: int) -> int:
    if at >= len(pack):
        raise NoPack("it ends in an entry")
    return pack[at]
