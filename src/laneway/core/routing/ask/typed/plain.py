"""`METHOD target` with headers -> what it asks for.

Comes in: text without curl: as `explain` and `prove` write requests, as HTTP has them, or as people
type them. Goes out: the same as of a curl command. Headers stand behind the target, as options of
curl or with commas between, or on the lines below; a body stands below an empty line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from laneway.core.findings.codes.asking import BAD_METHOD, NO_REQUEST
from laneway.core.routing.ask.typed.curl import CurlCommand, read_command, take_header
from laneway.core.routing.ask.typed.notes import TypedText
from laneway.core.routing.ask.typed.shell_words import HOLE, Word, shell_words
from laneway.core.routing.ask.typed.target import read_target

_FIRST = re.compile(
    r"(?:(?P<method>[A-Za-z]+)[ \t]+)?(?P<target>[^\s,]+)"
    r"(?:[ \t]+HTTP/[\d.]+)?(?:[ \t]+\((?P<scheme>https?)\))?(?P<rest>.*)"
)
_HEADER = re.compile(
    r'[\s,]*(?P<whole>(?P<name>[^\s,:"]+):\s?(?:"(?P<quoted>[^"]*)"|[^,\s]*)|[^,]+)'
)
_ADDRESS = re.compile(r"(?<=://)\$(?:\{\w+\}|\w+)")
"""A variable instead of a host, which stands for the gateway's address."""
_MOST_SHOWN = 40


def read_plain(notes: TypedText) -> CurlCommand:
    """Read a request that is no curl command."""
    lead = len(notes.text) - len(notes.text.lstrip())
    first, _, below = notes.text[lead:].partition("\n")
    found = _FIRST.fullmatch(first.rstrip())
    if found is None or not re.search(r"[/.:]", found["target"]):
        notes.report(NO_REQUEST, lead, text=in_short(first))
        return CurlCommand(notes)
    command = _with_rest(found["rest"], lead + found.start("rest"), notes)
    if found["method"]:
        command.method = found["method"]
    if not command.method.isupper() and command.method:
        notes.report(BAD_METHOD, lead, text=command.method)
    _read_below(command, below, lead + len(first) + 1)
    holes = tuple(one[0] for one in _ADDRESS.finditer(found["target"]))
    text = _ADDRESS.sub(HOLE, found["target"])
    goal = Word(text, lead + found.start("target"), holes)
    command.target = read_target(goal, notes, globs=False, scheme=found["scheme"] or "")
    return command


def in_short(text: str) -> str:
    """Return the beginning of a text's first line."""
    line = text.strip().partition("\n")[0]
    return line if len(line) <= _MOST_SHOWN else f"{line[: _MOST_SHOWN - 1]}…"


def _with_rest(text: str, at: int, notes: TypedText) -> CurlCommand:
    """Read what stands behind a target."""
    lead = len(text) - len(text.lstrip())
    if not text[lead:].startswith("-"):
        command = CurlCommand(notes)
        for word in _headers(text, at):
            take_header(command, word)
        return command
    words = shell_words(text[lead:], notes)
    placed = [Word(one.text, at + lead + one.at, one.holes) for one in words]
    return read_command([*placed, Word("/", at)], notes, at)


def _headers(text: str, at: int) -> Iterator[Word]:
    for found in _HEADER.finditer(text.rstrip()):
        quoted = found["quoted"]
        whole = found["whole"] if quoted is None else f"{found['name']}: {quoted}"
        yield Word(whole, at + found.start("whole"))


def _read_below(command: CurlCommand, text: str, at: int) -> None:
    """Read headers, one on each line, and below an empty line the body."""
    while text:
        line, newline, text = text.partition("\n")
        if not line.strip():
            command.data += [text] if text.strip() else []
            return
        take_header(command, Word(line.rstrip("\r"), at))
        at += len(line) + len(newline)
