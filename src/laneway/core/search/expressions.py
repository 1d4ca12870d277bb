"""RE2 expressions, read into sets of texts.

Comes in: an expression as a user wrote it. Goes out: the texts that meet it as a whole. It reads
what routes are made of: characters, classes, groups, alternatives, repetitions, and anchors where
they say nothing. It refuses what a whole match does not need (word boundaries, anchors inside,
Unicode classes, quoting): `UnreadableError` then names the piece, and nobody guesses.
https://github.com/google/re2/wiki/Syntax
"""

from __future__ import annotations

from msgspec import Struct

from laneway.core.search.characters import CLASSES, CONTROLS, NAMED, UnreadableError, folded, others
from laneway.core.search.language import LAST, Expression, Language, Range

DEEPEST = 80
MOST_COPIES = 100
MOST_PIECES = 5000


class _Flags(Struct):
    ignore_case: bool = False
    dot_takes_newline: bool = False


def expression(language: Language, written: str) -> Expression:
    """Return the texts that meet an expression as a whole. Raises UnreadableError."""
    reader = _Reader(language, written, language.size)
    found = reader.alternatives(_Flags(), 0)
    if reader.at < len(written):
        raise UnreadableError(f"{written[reader.at]!r} at {reader.at + 1}")
    return found


class _Reader(Struct):
    language: Language
    written: str
    before: int
    at: int = 0

    def alternatives(self, flags: _Flags, depth: int) -> Expression:
        """Read up to the end of a group; flags set inside it end with it."""
        if depth > DEEPEST:
            raise UnreadableError("groups nested too deep")
        flags = _Flags(flags.ignore_case, flags.dot_takes_newline)
        found = [self._sequence(flags, depth)]
        while self._next() == "|":
            self.at += 1
            found.append(self._sequence(flags, depth))
        return self.language.either(found)

    def _next(self) -> str:
        return self.written[self.at] if self.at < len(self.written) else ""

    def _take(self) -> str:
        found = self._next()
        if not found:
            raise UnreadableError("an end that comes too early")
        self.at += 1
        return found

    def _sequence(self, flags: _Flags, depth: int) -> Expression:
        begin = self.at
        pieces: list[Expression] = []
        while self._next() not in ("", "|", ")"):
            if self._next() in "^$":
                self._anchor(begin, depth)
            elif self._is_flags():
                self._set_flags(flags)
            else:
                pieces.append(self._repeated(self._atom(flags, depth)))
        found = self.language.empty
        for piece in reversed(pieces):
            found = self.language.then(piece, found)
        return found

    def _anchor(self, begin: int, depth: int) -> None:
        """Skip an anchor where a whole match makes it say nothing: at an outer end."""
        anchor = self._take()
        outer = self.at - 1 == begin if anchor == "^" else self._next() in ("", "|")
        if depth or not outer:
            raise UnreadableError(f"{anchor} inside the expression")

    def _is_flags(self) -> bool:
        """Whether `(?flags)` comes next, which is no group."""
        end = self.written.find(")", self.at)
        inside = self.written[self.at : end + 1]
        return inside.startswith("(?") and inside[2:-1] != "" and set(inside[2:-1]) <= set("ims-U")

    def _set_flags(self, flags: _Flags) -> None:
        end = self.written.find(")", self.at)
        _apply(flags, self.written[self.at + 2 : end])
        self.at = end + 1

    def _atom(self, flags: _Flags, depth: int) -> Expression:
        character = self._take()
        match character:
            case "(":
                return self._group(flags, depth)
            case "[":
                return self._class(flags)
            case ".":
                newline = flags.dot_takes_newline
                return self.language.chars([(0, LAST)] if newline else [(0, 9), (11, LAST)])
            case "\\":
                return self._escaped(flags)
            case "*" | "+" | "?":
                raise UnreadableError(f"{character} without anything before it")
            case _:
                return self._letter(ord(character), flags)

    def _letter(self, code: int, flags: _Flags) -> Expression:
        return self.language.chars(self._cases([(code, code)], flags))

    def _cases(self, ranges: list[Range], flags: _Flags) -> list[Range]:
        return folded(ranges) if flags.ignore_case else ranges

    def _group(self, flags: _Flags, depth: int) -> Expression:
        inner = _Flags(flags.ignore_case, flags.dot_takes_newline)
        if self._next() == "?":
            self._group_head(inner)
        found = self.alternatives(inner, depth + 1)
        if self._take() != ")":
            raise UnreadableError("a group without an end")
        return found

    def _group_head(self, inner: _Flags) -> None:
        rest = self.written[self.at :]
        if rest.startswith(("?P<", "?<")):
            self.at = self.written.index(">", self.at) + 1
            return
        head = rest.partition(":")[0]
        if not set(head[1:]) <= set("ims-U") or ":" not in rest:
            raise UnreadableError(f"({head[:3]}")
        _apply(inner, head[1:])
        self.at += len(head) + 1

    def _escaped(self, flags: _Flags) -> Expression:
        character = self._take()
        if character.lower() in CLASSES:
            ranges = CLASSES[character.lower()]
            return self.language.chars(ranges if character.islower() else others(ranges))
        return self._letter(self._code(character), flags)

    def _code(self, character: str) -> int:
        """Return the code point of an escaped character."""
        if character in CONTROLS:
            return CONTROLS[character]
        if character == "x":
            return self._hexadecimal()
        if character.isalnum() or ord(character) > 127:
            raise UnreadableError(f"\\{character}")
        return ord(character)

    def _hexadecimal(self) -> int:
        if self._next() == "{":
            end = self.written.find("}", self.at)
            digits = self.written[self.at + 1 : end]
            self.at = end + 1
        else:
            digits = self.written[self.at : self.at + 2]
            self.at += 2
        return int(digits, 16)

    def _class(self, flags: _Flags) -> Expression:
        inverted = self._next() == "^"
        if inverted:
            self.at += 1
        ranges: list[Range] = []
        first = True
        while first or self._next() != "]":
            first = False
            ranges += self._class_item()
        self.at += 1
        ranges = self._cases(ranges, flags)
        return self.language.chars(others(ranges) if inverted else ranges)

    def _class_item(self) -> list[Range]:
        if self.written.startswith("[:", self.at):
            return self._named_class()
        low = self._class_character()
        if isinstance(low, list):
            return low
        if self._next() != "-" or self.written[self.at + 1 : self.at + 2] in ("]", ""):
            return [(low, low)]
        self.at += 1
        high = self._class_character()
        if isinstance(high, list):
            raise UnreadableError("a range that ends in a class")
        return [(low, high)]

    def _named_class(self) -> list[Range]:
        end = self.written.find(":]", self.at)
        name = self.written[self.at + 2 : end]
        ranges = NAMED.get(name.removeprefix("^"))
        if ranges is None:
            raise UnreadableError(f"[:{name}:]")
        self.at = end + 2
        return others(ranges) if name.startswith("^") else list(ranges)

    def _class_character(self) -> int | list[Range]:
        character = self._take()
        if character != "\\":
            return ord(character)
        character = self._take()
        if character.lower() in CLASSES:
            ranges = CLASSES[character.lower()]
            return list(ranges) if character.islower() else others(ranges)
        return self._code(character)

    def _repeated(self, piece: Expression) -> Expression:
        """Read the repetitions behind a piece; whether they are greedy changes no whole match."""
        while True:
            fewest, most = self._times()
            if most == 0:
                return piece
            if self._next() == "?":
                self.at += 1
            piece = self._copies(piece, fewest, most)

    def _times(self) -> tuple[int, int | None]:
        """Return how often a piece may stand; (1, 0) where nothing says so, None for no bound."""
        match self._next():
            case "*":
                self.at += 1
                return 0, None
            case "+":
                self.at += 1
                return 1, None
            case "?":
                self.at += 1
                return 0, 1
            case "{":
                return self._counted()
            case _:
                return 1, 0

    def _counted(self) -> tuple[int, int | None]:
        """Read `{n}`, `{n,}` or `{n,m}`; any other brace is a plain character to RE2."""
        end = self.written.find("}", self.at)
        low, comma, high = self.written[self.at + 1 : max(end, self.at + 1)].partition(",")
        if not low.isdigit() or (high and not high.isdigit()):
            return 1, 0
        self.at = end + 1
        most = int(high or 0) if comma else int(low)
        if comma and not high:
            return int(low), None
        if most == 0:
            raise UnreadableError("a repetition of nothing")
        return int(low), most

    def _copies(self, piece: Expression, fewest: int, most: int | None) -> Expression:
        language = self.language
        if max(fewest, most or 0) > MOST_COPIES or language.size - self.before > MOST_PIECES:
            raise UnreadableError("a repetition of too many")
        found = language.star(piece) if most is None else language.empty
        for _ in range(max(0, (most or 0) - fewest)):
            found = language.either([language.empty, language.then(piece, found)])
        for _ in range(fewest):
            found = language.then(piece, found)
        return found


def _apply(flags: _Flags, letters: str) -> None:
    on = True
    for letter in letters:
        if letter == "-":
            on = False
        elif letter == "i":
            flags.ignore_case = on
        elif letter == "s":
            flags.dot_takes_newline = on
        elif letter == "m" and on:
            raise UnreadableError("(?m)")
