"""A curl command -> the request it sends.

Comes in: the words behind `curl`. Goes out: method, headers, body and target as curl would send
them, or findings. Options that only say how an answer is shown or a connection made are passed
over; redirects are never followed. What a body is that comes from a file is not known, which
matters to whoever sends it and to no route.
https://curl.se/docs/manpage.html
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from urllib.parse import quote_plus

from msgspec import Struct, field

from laneway.core.findings.codes.asking import (
    BAD_HEADER,
    BAD_METHOD,
    BAD_URL,
    NO_REQUEST,
    OPTION_WITHOUT_VALUE,
    UNKNOWN_OPTION,
    UNKNOWN_VALUE,
)
from laneway.core.routing.ask.typed.curl_options import (
    CHANGING,
    IDLE,
    IDLE_WITH_VALUE,
    SHORT,
    TURNING,
)
from laneway.core.routing.ask.typed.notes import TypedText
from laneway.core.routing.ask.typed.shell_words import HOLE, Word
from laneway.core.routing.ask.typed.target import TypedTarget, read_target, shown

TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""What a method and the name of a header are made of.

https://www.rfc-editor.org/rfc/rfc9110#name-tokens
"""
_FORM = "application/x-www-form-urlencoded"
_VALUED = CHANGING | IDLE_WITH_VALUE
_KNOWN = _VALUED | TURNING | IDLE
_AS_HEADER = {"user-agent": "user-agent", "referer": "referer", "cookie": "cookie"}


class CurlCommand(Struct):
    """What a command asks for, as far as it was read. `body` is None where it is not known."""

    notes: TypedText
    target: TypedTarget | None = None
    method: str = ""
    host: str | None = None
    headers: list[tuple[str, str]] = field(default_factory=list)
    implied: dict[str, str] = field(default_factory=dict)
    """Headers that curl adds by itself, unless one of that name is given."""
    dropped: set[str] = field(default_factory=set)
    data: list[str] = field(default_factory=list)
    query: list[str] = field(default_factory=list)
    turned: set[str] = field(default_factory=set)
    is_sending: bool = False
    is_body_known: bool = True


def read_command(words: Sequence[Word], notes: TypedText, at: int) -> CurlCommand:
    """Read the words behind `curl`, which itself stands at a character of the text."""
    command = CurlCommand(notes)
    urls = list(_Options(command).read(words))
    globs, as_is = "globoff" not in command.turned, "path-as-is" in command.turned
    if not urls:
        if notes.is_clean:
            notes.report(NO_REQUEST, at, text="curl without a URL")
        return command
    for more in urls[1:]:
        notes.report(BAD_URL, more.at, text=shown(more), reason="one request is asked at a time")
    command.target = read_target(urls[0], notes, globs=globs, as_is=as_is)
    return command


class _Options:
    """Takes words one after the other; what is no option is a URL."""

    def __init__(self, command: CurlCommand) -> None:
        self._command = command
        self._notes = command.notes

    def read(self, words: Sequence[Word]) -> list[Word]:
        """Take all options; return the URLs."""
        urls: list[Word] = []
        left = list(reversed(words))
        while left:
            word = left.pop()
            if word.text == "--":
                continue
            if word.text.startswith("--"):
                self._long(word, left, urls)
            elif word.text.startswith("-") and len(word.text) > 1:
                self._short(word, left, urls)
            else:
                urls.append(word)
        return urls

    def _long(self, word: Word, left: list[Word], urls: list[Word]) -> None:
        name = word.text[2:]
        if name in _VALUED:
            self._valued(name, word, left, urls)
        elif not self._flag(name):
            self._notes.report(UNKNOWN_OPTION, word.at, option=shown(word))

    def _short(self, word: Word, left: list[Word], urls: list[Word]) -> None:
        """Take letters that stand together; the value of one may follow at once."""
        for position, letter in enumerate(word.text[1:], 1):
            name = SHORT.get(letter, "")
            if name in _VALUED:
                if rest := word.text[position + 1 :]:
                    left.append(Word(rest, word.at + position + 1, word.holes))
                self._valued(name, word, left, urls)
                return
            if not self._flag(name):
                self._notes.report(UNKNOWN_OPTION, word.at, option=f"-{letter}")
                return

    def _flag(self, name: str) -> bool:
        """Take an option without a value; return whether it is known."""
        if name in TURNING:
            self._command.turned.add(name)
        return name in TURNING or name in IDLE or name.removeprefix("no-") in _KNOWN

    def _valued(self, name: str, option: Word, left: list[Word], urls: list[Word]) -> None:
        if not left:
            self._notes.report(OPTION_WITHOUT_VALUE, option.at, option=shown(option))
            return
        value = left.pop()
        if name == "url":
            urls.append(value)
        elif name.startswith(("data", "json", "form", "upload")):
            _take_data(self._command, name, value)
        elif name in CHANGING:
            self._take(name, value)

    def _take(self, name: str, value: Word) -> None:
        """Take a value that is part of the head of the request."""
        is_file = value.text.startswith("@") and name == "header"
        is_file = is_file or name == "config" or (name == "cookie" and "=" not in value.text)
        if is_file or HOLE in value.text:
            whom = "a file" if is_file else "a shell"
            self._notes.report(UNKNOWN_VALUE, value.at, what=shown(value), whom=whom)
        elif name == "header":
            take_header(self._command, value)
        elif name == "request":
            self._method(value)
        elif name == "url-query":
            self._command.query.append(encoded(value.text))
        else:
            self._imply(name, value.text)

    def _method(self, value: Word) -> None:
        if TOKEN.fullmatch(value.text) is None:
            self._notes.report(BAD_METHOD, value.at, text=value.text)
        self._command.method = value.text

    def _imply(self, name: str, text: str) -> None:
        implied = self._command.implied
        if name == "user":
            implied["authorization"] = basic(text)
        elif name == "oauth2-bearer":
            implied["authorization"] = f"Bearer {text}"
        elif name == "range":
            implied["range"] = f"bytes={text}"
        elif name == "cookie" and "cookie" in implied:
            implied["cookie"] += f";{text}"
        else:
            implied[_AS_HEADER[name]] = text


def take_header(command: CurlCommand, word: Word) -> None:
    """Take a header: `Name: value`; `Name:` takes one away, `Name;` has no value."""
    name, colon, value = word.text.partition(":")
    if not colon and name.endswith(";"):
        name, colon, value = name[:-1], ";", ""
    name, value = name.strip(), value.strip()
    is_bad = any(char in value for char in "\r\n\0")
    if not colon or is_bad or TOKEN.fullmatch(name) is None:
        command.notes.report(BAD_HEADER, word.at, text=shown(word))
    elif name.lower() == "host":
        command.host = value
    elif colon == ":" and not value:
        command.dropped.add(name.lower())
    else:
        command.headers.append((name, value))


def _take_data(command: CurlCommand, name: str, word: Word) -> None:
    """Take a part of the body."""
    command.is_sending = True
    text = word.text
    is_literal = name in ("data-raw", "form-string")
    is_file = not is_literal and "@" in (text if name == "data-urlencode" else text[:1])
    if name in ("form", "form-string", "upload-file") or is_file or HOLE in text:
        command.is_body_known = False
    command.data.append(encoded(text) if name == "data-urlencode" else text)
    if name == "json":
        command.implied |= {"content-type": "application/json", "accept": "application/json"}
    elif name == "upload-file":
        command.method = command.method or "PUT"
    else:
        form = "multipart/form-data" if name.startswith("form") else _FORM
        command.implied.setdefault("content-type", form)


def encoded(text: str) -> str:
    """Encode what a form holds: `name=content` or `=content`.

    >>> encoded("q=a b"), encoded("=a&b")
    ('q=a+b', 'a%26b')
    """
    name, mark, content = text.partition("=")
    if not mark:
        return quote_plus(text)
    return f"{name}={quote_plus(content)}" if name else quote_plus(content)


def basic(text: str) -> str:
    """Return how a user and a password are sent.

    >>> basic("a:b")
    'Basic YTpi'
    """
    return f"Basic {b64encode(text.encode()).decode()}"
