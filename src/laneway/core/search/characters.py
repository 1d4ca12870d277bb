"""Classes of characters, as RE2 has them: by letter, by name, and in both cases.

https://github.com/google/re2/wiki/Syntax
"""

from __future__ import annotations

from collections.abc import Sequence

from laneway.core.search.language import LAST, Range


class UnreadableError(Exception):
    """An expression uses something that cannot be reasoned about here; the message names it."""


_DIGITS: tuple[Range, ...] = ((48, 57),)
_WORD: tuple[Range, ...] = ((48, 57), (65, 90), (95, 95), (97, 122))
_SPACE: tuple[Range, ...] = ((9, 10), (12, 13), (32, 32))
CLASSES = {"d": _DIGITS, "w": _WORD, "s": _SPACE}
NAMED: dict[str, tuple[Range, ...]] = {
    "alnum": ((48, 57), (65, 90), (97, 122)),
    "alpha": ((65, 90), (97, 122)),
    "digit": _DIGITS,
    "lower": ((97, 122),),
    "upper": ((65, 90),),
    "word": _WORD,
    "xdigit": ((48, 57), (65, 70), (97, 102)),
    "space": ((9, 13), (32, 32)),
    "punct": ((33, 47), (58, 64), (91, 96), (123, 126)),
    "blank": ((9, 9), (32, 32)),
}
CONTROLS = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13, "a": 7}
_ALSO = {ord("k"): 0x212A, ord("s"): 0x017F}
"""What RE2 takes for the same letter, beyond the other case, when case is ignored."""


def others(ranges: Sequence[Range]) -> list[Range]:
    """Return all characters but those in ranges."""
    found = []
    begin = 0
    for low, high in sorted(ranges):
        if low > begin:
            found.append((begin, low - 1))
        begin = max(begin, high + 1)
    if begin <= LAST:
        found.append((begin, LAST))
    return found


def folded(ranges: list[Range]) -> list[Range]:
    """Return ranges with the other case of every letter; only ASCII letters are known.

    Raises UnreadableError for letters beyond.
    """
    found = list(ranges)
    for low, high in ranges:
        if high > 127:
            raise UnreadableError("letters beyond ASCII whose case is ignored")
        for code in range(low, high + 1):
            letter = chr(code)
            if letter.isalpha():
                other = ord(letter.swapcase())
                found.append((other, other))
                more = _ALSO.get(ord(letter.lower()))
                found += [(more, more)] if more else []
    return found
