"""Made-up values that meet a condition, the plainest first.

Comes in: one condition. Goes out: a few values, each checked against the condition itself; none
where nothing could be made up. It stands apart because regular expressions need a small reader of
their own: it knows the forms people write in routes (literals, classes, groups, alternatives,
repetitions) and refuses the rest in silence, since a wrong guess would be found out by the check.
https://github.com/google/re2/wiki/Syntax
"""

from __future__ import annotations

import string
from collections.abc import Iterator
from dataclasses import dataclass

import re2

from laneway.core.resources.matching import StringMatch
from laneway.core.routing.request import meets_string

FILLER = "laneway"
"""What stands for any text."""

_ALPHABET = string.ascii_lowercase + string.digits + string.ascii_uppercase + "-_./:~@=,;!+*'$&()"
"""The characters values are made of, the likeliest first; none has to be escaped in a path."""

_CLASSES = {"d": string.digits, "w": string.ascii_letters + string.digits + "_", "s": " \t"}
_POSIX = {
    "alnum": string.ascii_letters + string.digits,
    "alpha": string.ascii_letters,
    "digit": string.digits,
    "lower": string.ascii_lowercase,
    "upper": string.ascii_uppercase,
    "word": string.ascii_letters + string.digits + "_",
    "xdigit": string.hexdigits,
    "punct": string.punctuation,
}
_ZERO_WIDTH = "AbBz"
_TRIES = ((0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (0, 2), (1, 2))
"""How often to repeat what may be left out, and which alternative to take, in turn."""


def specimens(condition: StringMatch) -> tuple[str, ...]:
    """Return a few values that meet a condition; none where nothing could be made up.

    >>> specimens(StringMatch("prefix", "/api"))
    ('/api', '/api/laneway', '/apilaneway')
    >>> specimens(StringMatch("regex", "/v[12]/(carts|orders)/.+"))[0]
    '/v1/carts/a'
    >>> specimens(StringMatch("regex", "["))
    ()
    """
    found = dict.fromkeys(_candidates(condition))
    return tuple(value for value in found if _meets(condition, value))


def _candidates(condition: StringMatch) -> Iterator[str]:
    match condition.kind:
        case "exact":
            yield condition.value
        case "prefix":
            yield condition.value
            if not condition.value.endswith("/"):
                yield f"{condition.value}/{FILLER}"
            yield condition.value + FILLER
        case "present":
            yield FILLER
        case "regex":
            yield from _of_regex(condition.value)


def _meets(condition: StringMatch, value: str) -> bool:
    try:
        return meets_string(condition, value)
    except re2.error:
        return False


def _of_regex(pattern: str) -> Iterator[str]:
    try:
        whole = _Reader(pattern).whole()
    except _Unread:
        return
    for repeats, alternative in _TRIES:
        yield whole.text(repeats, alternative)


class _Unread(Exception):  # noqa: N818 - it never leaves this module
    """The pattern has a form that is not read here."""


@dataclass(frozen=True, slots=True)
class _Letters:
    """One character of several, or a fixed text of one character."""

    letters: str

    def text(self, repeats: int, alternative: int) -> str:
        del repeats
        return self.letters[min(alternative, len(self.letters) - 1)] if self.letters else ""


@dataclass(frozen=True, slots=True)
class _Repeated:
    """A part that occurs several times, at least `least` and at most `most`."""

    part: _Part
    least: int
    most: int

    def text(self, repeats: int, alternative: int) -> str:
        times = min(max(self.least, repeats), self.most)
        return self.part.text(repeats, alternative) * times


@dataclass(frozen=True, slots=True)
class _Row:
    """Parts one after the other."""

    parts: tuple[_Part, ...]

    def text(self, repeats: int, alternative: int) -> str:
        return "".join(part.text(repeats, alternative) for part in self.parts)


@dataclass(frozen=True, slots=True)
class _Either:
    """One of several parts."""

    parts: tuple[_Part, ...]

    def text(self, repeats: int, alternative: int) -> str:
        return self.parts[min(alternative, len(self.parts) - 1)].text(repeats, alternative)


_Part = _Letters | _Repeated | _Row | _Either
_NOTHING = _Letters("")


class _Reader:
    """Reads a pattern from left to right. Raises _Unread."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0

    def whole(self) -> _Part:
        found = self._either()
        if self._at < len(self._pattern):
            raise _Unread
        return found

    def _next(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _take(self) -> str:
        taken = self._next()
        if not taken:
            raise _Unread
        self._at += 1
        return taken

    def _skip(self, text: str) -> bool:
        found = self._pattern.startswith(text, self._at)
        self._at += len(text) if found else 0
        return found

    def _until(self, end: str) -> str:
        stop = self._pattern.find(end, self._at)
        if stop < 0:
            raise _Unread
        found = self._pattern[self._at : stop]
        self._at = stop + len(end)
        return found

    def _either(self) -> _Part:
        parts = [self._row()]
        while self._skip("|"):
            parts.append(self._row())
        return parts[0] if len(parts) == 1 else _Either(tuple(parts))

    def _row(self) -> _Part:
        parts = []
        while self._next() not in ("", "|", ")"):
            parts.append(self._repeated(self._one()))
        return _Row(tuple(parts))

    def _repeated(self, part: _Part) -> _Part:
        match self._next():
            case "*":
                bounds = (0, 1000)
            case "+":
                bounds = (1, 1000)
            case "?":
                bounds = (0, 1)
            case "{":
                return self._counted(part)
            case _:
                return part
        self._take()
        self._skip("?")
        return _Repeated(part, *bounds)

    def _counted(self, part: _Part) -> _Part:
        """Read `{2}`, `{2,}` or `{2,4}`; RE2 takes any other brace as itself."""
        start = self._at
        self._take()
        least, comma, most = self._until("}").partition(",")
        if not least.isdecimal() or (most and not most.isdecimal()):
            self._at = start
            return part
        self._skip("?")
        last = int(most) if most else 1000 if comma else int(least)
        return _Repeated(part, int(least), last)

    def _one(self) -> _Part:
        match self._take():
            case "(":
                return self._group()
            case "[":
                return _Letters(self._class())
            case "\\":
                return self._escaped()
            case ".":
                return _Letters(_ALPHABET)
            case "^" | "$":
                return _NOTHING
            case "*" | "+" | "?":
                raise _Unread
            case letter:
                return _Letters(letter)

    def _group(self) -> _Part:
        if self._skip("?P<") or self._skip("?<"):
            self._until(">")
        elif self._skip("?"):
            while (letter := self._take()) not in ":)":
                if letter not in "imsU-":
                    raise _Unread
            if letter == ")":
                return _NOTHING
        found = self._either()
        if self._take() != ")":
            raise _Unread
        return found

    def _escaped(self) -> _Part:
        letter = self._take()
        if letter in _ZERO_WIDTH:
            return _NOTHING
        return _Letters(self._named(letter))

    def _named(self, letter: str) -> str:
        """Return the characters that an escaped letter stands for."""
        if letter in _CLASSES:
            return _CLASSES[letter]
        if letter.lower() in _CLASSES:
            return _without(_CLASSES[letter.lower()])
        if letter == "t":
            return "\t"
        if letter.isalnum():
            raise _Unread
        return letter

    def _class(self) -> str:
        negated = self._skip("^")
        found = ""
        first = True
        while first or self._next() != "]":
            first = False
            found += self._range()
        self._take()
        return _without(found) if negated else _liked(found)

    def _range(self) -> str:
        """Read one part of a class: a character, a range, or a named set."""
        if self._skip("[:"):
            name = self._until(":]")
            return _without(_POSIX.get(name[1:], "")) if name[:1] == "^" else _POSIX.get(name, "")
        low = self._take()
        letters = self._named(self._take()) if low == "\\" else low
        if len(letters) > 1 or not self._pattern[self._at :].startswith("-"):
            return letters
        if self._pattern.startswith("-]", self._at):
            return letters
        self._take()
        high = self._take()
        last = self._take() if high == "\\" else high
        return "".join(map(chr, range(ord(letters), min(ord(last), 0x7F) + 1)))


def _liked(letters: str) -> str:
    """Return the letters of a class, those first that values are usually made of."""
    usual = "".join(letter for letter in _ALPHABET if letter in letters)
    return usual + "".join(letter for letter in letters if letter not in usual)


def _without(letters: str) -> str:
    return "".join(letter for letter in _ALPHABET if letter not in letters)
