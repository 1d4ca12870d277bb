"""Writes findings for people: where, the line with a mark under it, why, and how to fix it.

Comes in: findings. Goes out: text, sorted by file, line and code, with a last line that counts.
Findings of one code and one fix are one block: the first is shown whole, the others as a line
each. The machine formats are in `machine.py`. Whether there is color and how wide the terminal is,
the caller knows; nothing here asks the world.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterable, Sequence
from string import Formatter

from msgspec import Struct

from laneway.core.findings.finding import Code, Finding, Level
from laneway.core.findings.locate import locate_all
from laneway.core.findings.place import Position

LEVELS: tuple[Level, ...] = ("error", "warning", "info")

_COLORS = {"error": "31;1", "warning": "33;1", "info": "36;1", "mark": "32;1", "quiet": "2"}
_TAB = 4

_SECRET = re.compile(
    r"(?:(?<=https://)|(?<=http://))[^\s/'\"]{1,500}(?=@)"
    r"|(?<=://)[^\s/'\"@:]{0,500}:[^\s/'\"]{0,500}(?=@)"
)
"""A user and a password in a URL: findings are read in logs that others keep."""


class Located(Struct, frozen=True):
    """A finding with its file and position; both empty where it speaks of no file."""

    finding: Finding
    path: str = ""
    position: Position | None = None

    @property
    def where(self) -> str:
        """`file:line:column`, or as much of it as is known."""
        if self.position is None or (self.position.line_text == "" and self.position.line == 1):
            return self.path
        return f"{self.path}:{self.position.line}:{self.position.column}"


def in_order(findings: Iterable[Finding]) -> list[Located]:
    """Locate findings and sort them by file, line, column and code; equal ones appear once."""
    unique = list(dict.fromkeys(findings))
    placed = [finding for finding in unique if finding.place is not None]
    positions = locate_all([finding.place for finding in placed if finding.place is not None])
    located = [
        Located(finding, finding.place.source.path, position)
        for finding, position in zip(placed, positions, strict=True)
        if finding.place is not None
    ]
    located += [Located(finding) for finding in unique if finding.place is None]
    return sorted(located, key=_order)


def _order(located: Located) -> tuple[str, int, int, str, str]:
    position = located.position or Position(0, 0, "")
    finding = located.finding
    return (located.path, position.line, position.column, finding.code.id, finding.message)


def summary(findings: Iterable[Finding]) -> str:
    """Count findings by level.

    >>> summary([])
    'no findings'
    """
    counts = dict.fromkeys(LEVELS, 0)
    for finding in findings:
        counts[finding.level] += 1
    words = [_counted(count, level) for level, count in counts.items() if count]
    return ", ".join(words) or "no findings"


def _counted(count: int, level: str) -> str:
    plural = "" if count == 1 or level == "info" else "s"
    return f"{count} {level}{plural}"


def as_text(
    findings: Sequence[Finding], *, width: int = 100, color: bool = False, whole: bool = False
) -> str:
    """Write findings for people, `width` columns wide; ends with the summary line.

    With `whole` a message is one line, however long, as programs that search a pipe need it.
    """
    alike: dict[tuple[str, str], list[Located]] = {}
    for located in in_order(findings):
        alike.setdefault((located.finding.code.id, located.finding.fix), []).append(located)
    page = _Page(width, color, whole)
    blocks = [page.block(group) for group in alike.values()]
    return "\n\n".join([*blocks, summary(dict.fromkeys(findings))]) + "\n"


def as_lines(findings: Iterable[Finding]) -> str:
    """Write each finding as one line, `file:line:column: level[code] message`."""
    return "".join(f"{_line(located)}\n" for located in in_order(findings))


def _line(located: Located) -> str:
    finding = located.finding
    where = f"{located.where}: " if located.where else ""
    return f"{where}{finding.level}[{finding.code.id}] {finding.message}"


def code_text(code: Code, *, width: int = 100, color: bool = False) -> str:
    """Write what a code of the catalog says; words that each finding fills stand in brackets."""
    message, fix = (
        "".join(
            part + (f"<{name}>" if name else "") for part, name, _, _ in Formatter().parse(text)
        )
        for text in (code.message, code.fix)
    )
    unplaced = Located(Finding(code, message, fix, ""))
    return f"{_Page(width, color, whole=False).block([unplaced])}\n"


class _Page(Struct, frozen=True):
    """What findings are written on: its width, its color, and whether messages are wrapped."""

    width: int
    color: bool
    whole: bool

    def block(self, alike: Sequence[Located]) -> str:
        """Write findings of one code and one fix."""
        located, *others = alike
        finding = located.finding
        label = f"{finding.level}[{finding.code.id}]"
        head, *more = self._message(f"{label} {finding.message}", "", "  ")
        lines = [self.paint(finding.level, label) + head.removeprefix(label), *more]
        if located.where:
            lines.append(self.paint("quiet", f"  --> {located.where}"))
        if located.position is not None and located.position.line_text.strip():
            lines += _excerpt(located.position, self, finding.level)
        lines += self._wrapped(finding.code.why, "  why: ", "       ")
        lines += self._wrapped(finding.fix, "  fix: ", "       ")
        lines += self._wrapped(finding.code.also, "  also: ", "       ")
        if others:
            lines.append(f"  {len(others)} more like it:")
        for other in others:
            where = f"{other.where}: " if other.where else ""
            lines += self._message(f"{where}{other.finding.message}", "    ", "      ")
        return "\n".join(lines)

    def paint(self, style: str, text: str) -> str:
        """Color a text, or leave it."""
        return f"\x1b[{_COLORS[style]}m{text}\x1b[0m" if self.color else text

    def _message(self, text: str, first: str, then: str) -> list[str]:
        return [first + text] if self.whole else self._wrapped(text, first, then)

    def _wrapped(self, text: str, first: str, then: str) -> list[str]:
        """Wrap the first line of a text; further ones are something to paste and stay as is."""
        sentence, *pasted = text.split("\n")
        wrapped = textwrap.wrap(
            sentence,
            max(self.width, 40),
            initial_indent=first,
            subsequent_indent=then,
            break_long_words=False,
            break_on_hyphens=False,
        )
        return [*wrapped, *(f"{then}{line}" for line in pasted)]


def _excerpt(position: Position, page: _Page, level: str) -> list[str]:
    """Return the line and the mark below it, cut so that both fit."""
    gutter = str(position.line)
    room = max(page.width - len(gutter) - 6, 20)
    text, start, end = _window(position, room)
    mark = " " * start + "^" * max(1, end - start)
    bar = page.paint("quiet", " | ")
    return [
        page.paint("quiet", f"  {gutter}") + bar + text,
        "  " + " " * len(gutter) + bar + page.paint(level, mark),
    ]


def _window(position: Position, room: int) -> tuple[str, int, int]:
    """Return the visible part of a line, and from which to which column the mark goes.

    A line may be as long as a file, so only what is near the mark is looked at. A secret in a URL
    is covered where it stands, since the mark counts on the length.
    """
    line = _SECRET.sub(lambda found: "*" * len(found[0]), position.line_text)
    begin = min(position.column - 1, len(line))
    cut = max(0, begin - 4 * room)
    cells = [_cell(character) for character in line[cut : begin + 4 * room]]
    begin -= cut
    end = min(begin + position.width, len(cells))
    first = 0
    if _columns(cells[:end]) > room:
        first = begin
        while first > 0 and _columns(cells[first - 1 : begin]) <= room // 3:
            first -= 1
    last, used = first, 0
    while last < len(cells) and used + cells[last][1] <= room:
        used += cells[last][1]
        last += 1
    text = "".join(cell[0] for cell in cells[first:last])
    start = _columns(cells[first:begin])
    return text, start, start + _columns(cells[begin : min(end, last)])


def _columns(cells: Sequence[tuple[str, int]]) -> int:
    return sum(cell[1] for cell in cells)


def _cell(character: str) -> tuple[str, int]:
    """Return what is printed for a character, and how many columns it takes."""
    if character == "\t":
        return " " * _TAB, _TAB
    kind = unicodedata.category(character)
    if kind in ("Mn", "Me"):
        return character, 0
    if kind.startswith("C"):
        return "�", 1
    return character, 2 if unicodedata.east_asian_width(character) in "WF" else 1
