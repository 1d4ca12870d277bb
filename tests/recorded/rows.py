"""The recorded header lines as values: what came into a real program, and what left it.

Comes in: `headers.yaml` beside this module, whose head says how it is written. Goes out: one
Recorded for each set of lines and program. Routes, the lane filter and predictions are held against
the same rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Literal

import yaml
from msgspec import Struct, convert

KEY = "x-asm-prefer-tag"
"""The route header of all rows, and so the key of the lane's member of baggage."""
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SHORT_TRACE = "463ac35c9f6413ad"

_WRITTEN = {
    "<L>": f"{KEY}=s2",
    "<T>": TRACE,
    "<S>": "00f067aa0ba902b7",
    "<T64>": SHORT_TRACE,
    "<NEW>": "6614f1b20c524a29bd38eecf8f2aca11",
    "<SPAN>": "b7ad6b7169203331",
}
MADE_ANEW = frozenset({_WRITTEN["<NEW>"], _WRITTEN["<SPAN>"]})
"""Ids that programs made, as rows spell them."""
_NAMED = re.compile("|".join(map(re.escape, _WRITTEN)))
_MEMBERS = re.compile(r"<(\d+) of (\d+)>")

Lines = tuple[tuple[str, str], ...]
"""Header lines in order, a doubled one twice: name and value."""


class Recorded(Struct, frozen=True):
    """What one program, of the packages named, made of some header lines.

    `lane` is what the lines that left tell of the lane, None where it is lost, and then `lost` says
    how; `by` is the header that carries it. `trace` says whether the id that came in left, in
    whatever spelling; none where none came. Of messages in a broker `over` is message.
    """

    row: str
    what: str
    program: str
    packages: str
    came: Lines
    left: Lines
    lane: str | None
    lost: str
    trace: Literal["kept", "lost", "none"]
    by: str
    over: Literal["http", "message"]

    @property
    def name(self) -> str:
        """What a test of the row is called."""
        return f"{self.row}, {self.program}: {self.what}"


class _Left(Struct, forbid_unknown_fields=True):
    """What left one program, where it differs from the case's own words."""

    lines: list[str]
    lane: str | None = ""
    lost: str = ""
    trace: Literal["kept", "lost", "none", ""] = ""


class _Case(Struct, rename={"came": "in"}, forbid_unknown_fields=True):
    row: str
    what: str
    came: list[str]
    out: dict[str, list[str] | dict[str, Any]]
    lane: str | None = "s2"
    lost: str = ""
    trace: Literal["kept", "lost", "none"] = "none"
    by: str = "baggage"
    over: Literal["http", "message"] = "http"


class _Book(Struct, forbid_unknown_fields=True):
    programs: dict[str, str]
    cases: list[_Case]


@cache
def recorded() -> tuple[Recorded, ...]:
    """Return every row, in the order they are written."""
    text = (Path(__file__).parent / "headers.yaml").read_text()
    book = convert(yaml.load(text, yaml.CSafeLoader), _Book)
    return tuple(
        _row(
            book, case, program, convert(left if isinstance(left, dict) else {"lines": left}, _Left)
        )
        for case in book.cases
        for program, left in case.out.items()
    )


def _row(book: _Book, case: _Case, program: str, left: _Left) -> Recorded:
    lane = case.lane if left.lane == "" else left.lane
    return Recorded(
        case.row,
        case.what,
        program,
        book.programs[program],
        _lines(case.came),
        _lines(left.lines),
        lane,
        (left.lost or case.lost) if lane is None else "",
        left.trace or case.trace,
        case.by,
        case.over,
    )


def _lines(written: list[str]) -> Lines:
    """Spell lines out; members of one request have keys of their own."""
    found = []
    numbers = count()
    for line in written:
        name, _, value = line.partition(":")
        named = _NAMED.sub(lambda one: _WRITTEN[one[0]], value.removeprefix(" "))
        found.append((name, _with_members(named, numbers)))
    return tuple(found)


def _with_members(value: str, numbers: Iterator[int]) -> str:
    def members(asked: re.Match[str]) -> str:
        number, size = int(asked[1]), int(asked[2])
        return ",".join(f"k{next(numbers):03}=".ljust(size, "v") for _ in range(number))

    return _MEMBERS.sub(members, value)
