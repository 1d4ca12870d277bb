"""The words of a shell's command, by the rules of POSIX for quotes, each with its place.

Comes in: text. Goes out: words, and the operators between them. What a shell would fill in (a
variable, the output of a command) stays a hole of one character, whose name is told: whoever needs
the word can say what is not known. The library's `shlex` keeps no places and no holes.
https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02
"""

from __future__ import annotations

import re

from msgspec import Struct

from laneway.core.findings.codes.asking import QUOTE_NOT_CLOSED
from laneway.core.routing.ask.typed.notes import TypedText

HOLE = "\ue000"
"""Stands in a word where a shell would fill something in."""

_BLANK = " \t\r"
_OPERATORS = frozenset("\n;|&<>()")
_VARIABLE = re.compile(r"\$(?:\{[^}]*\}|\([^)]*\)|\w+)|`[^`]*`")
_ESCAPED_IN_QUOTES = '$`"\\\n'
_ANSI = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "a": "\a", "b": "\b", "e": "\x1b", "v": "\v"}
_CODE = re.compile(r"\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4}))")


class Word(Struct, frozen=True):
    """One word; `at` is where it begins in the text, `holes` names what a shell would fill in."""

    text: str
    at: int
    holes: tuple[str, ...] = ()
    is_operator: bool = False


def shell_words(text: str, notes: TypedText) -> list[Word]:
    r"""Split a text into words and operators.

    >>> [word.text for word in shell_words("curl -H 'a: b'\\\n \"$X/c d\";", TypedText(""))]
    ['curl', '-H', 'a: b', '\ue000/c d', ';']
    """
    return list(_ShellReader(text, notes).words())


class _ShellReader:
    """One pass over a text."""

    def __init__(self, text: str, notes: TypedText) -> None:
        self._text = text
        self._notes = notes
        self._at = 0
        self._parts: list[str] = []
        self._holes: list[str] = []

    def words(self) -> list[Word]:
        """Return all words and operators."""
        found = []
        while self._skip_blanks():
            begin = self._at
            if self._text[begin] in _OPERATORS:
                self._at += 1
                found.append(Word(self._text[begin], begin, is_operator=True))
            else:
                found.append(self._word(begin))
        return found

    def _skip_blanks(self) -> bool:
        """Go to the next word; return whether there is one. A comment ends with its line."""
        text = self._text
        while self._at < len(text):
            if text.startswith("\\\n", self._at) or text.startswith("\\\r\n", self._at):
                self._at = text.index("\n", self._at) + 1
            elif text[self._at] in _BLANK:
                self._at += 1
            elif text[self._at] == "#":
                end = text.find("\n", self._at)
                self._at = len(text) if end < 0 else end
            else:
                return True
        return False

    def _word(self, begin: int) -> Word:
        self._parts, self._holes = [], []
        while self._at < len(self._text):
            char = self._text[self._at]
            if char in _BLANK or char in _OPERATORS:
                break
            self._piece(char)
        return Word("".join(self._parts), begin, tuple(self._holes))

    def _piece(self, char: str) -> None:
        """Take one character, or what one begins."""
        if char == "'":
            self._single()
        elif char == '"':
            self._double()
        elif self._text.startswith("$'", self._at):
            self._ansi()
        elif char == "\\":
            self._escape()
        elif not self._hole():
            self._take(char)

    def _take(self, char: str) -> None:
        self._parts.append(char)
        self._at += 1

    def _escape(self) -> None:
        """Take the character behind a backslash; a line that goes on below is one line."""
        after = self._text[self._at + 1 : self._at + 2]
        self._at += 1 + len(after)
        if after != "\n":
            self._parts.append(after)

    def _hole(self) -> bool:
        found = _VARIABLE.match(self._text, self._at)
        if found is None:
            return False
        self._parts.append(HOLE)
        self._holes.append(found[0])
        self._at = found.end()
        return True

    def _single(self) -> None:
        end = self._text.find("'", self._at + 1)
        self._parts.append(self._text[self._at + 1 : end if end >= 0 else len(self._text)])
        if end < 0:
            self._not_closed("'")
        self._at = end + 1 if end >= 0 else len(self._text)

    def _double(self) -> None:
        begin, text = self._at, self._text
        self._at += 1
        while self._at < len(text) and text[self._at] != '"':
            char, after = text[self._at], text[self._at + 1 : self._at + 2]
            if char == "\\" and after and after in _ESCAPED_IN_QUOTES:
                self._escape()
            elif not self._hole():
                self._take(char)
        if self._at >= len(text):
            self._at = begin
            self._not_closed('"')
            self._at = len(text)
        self._at += 1

    def _ansi(self) -> None:
        r"""Take `$'…'`, in which `\n` is a line's end, as browsers write what holds quotes.

        https://www.gnu.org/software/bash/manual/html_node/ANSI_002dC-Quoting.html
        """
        text, self._at = self._text, self._at + 2
        begin = self._at - 1
        while self._at < len(text) and text[self._at] != "'":
            code = _CODE.match(text, self._at)
            if code is not None:
                self._parts.append(chr(int(code[1] or code[2], 16)))
                self._at = code.end()
            elif text[self._at] == "\\":
                after = text[self._at + 1 : self._at + 2]
                self._parts.append(_ANSI.get(after, after))
                self._at += 2
            else:
                self._take(text[self._at])
        if self._at >= len(text):
            self._at = begin
            self._not_closed("'")
            self._at = len(text)
        self._at += 1

    def _not_closed(self, quote: str) -> None:
        self._notes.report(QUOTE_NOT_CLOSED, self._at, quote=quote)
