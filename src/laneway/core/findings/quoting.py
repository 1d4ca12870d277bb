r"""The lines of a file that hold a value, to be shown.

Comes in: a place. Goes out: its lines as they are written, comments among them, and the number of
the first. A value ends before the next line that is not further in. An object of a cluster has no
lines.
"""

from __future__ import annotations

from msgspec import Struct

from laneway.core.findings.locate import locate
from laneway.core.findings.place import Place

MOST_LINES = 60
WIDEST = 400
"""Characters of a line that are shown: a JSON document may be a single one."""


class Quoted(Struct, frozen=True):
    """Lines of a file. `more` counts those that were left out at the end."""

    file: str
    line: int
    text: str
    more: int = 0


def quoted(place: Place) -> Quoted | None:
    r"""Return the lines of a value, or None where there are none.

    >>> from laneway.core.findings.place import Source
    >>> source = Source("a.yaml", text="a:\n  - b: 1\n    c: 2\n  - b: 3\nd: 4\n")
    >>> quoted(Place(source, ("a", 0)))
    Quoted(file='a.yaml', line=2, text='- b: 1\n  c: 2', more=0)
    """
    source = place.source
    if not source.text:
        return None
    line = locate(place).line
    lines = source.text.split("\n")[line - source.first_line :]
    if not lines:
        return None
    whole = _of_value(lines)
    cut = min((_indent(one) for one in whole if one.strip()), default=0)
    shown = [one[cut : cut + WIDEST].rstrip() for one in whole[:MOST_LINES]]
    return Quoted(source.path, line, "\n".join(shown), max(0, len(whole) - MOST_LINES))


def _of_value(lines: list[str]) -> list[str]:
    """Return the first line and those that are part of the value it begins."""
    first, column = lines[0], _indent(lines[0])
    is_key = first.rstrip().endswith(":") and not first.lstrip().startswith("- ")
    end = 1
    for at, line in enumerate(lines[1:], 1):
        inner, text = _indent(line), line.strip()
        is_item = is_key and inner == column and text.startswith("- ")
        is_closing = inner == column and text[:1] in ("}", "]") and text != ""
        if text and not text.startswith("#") and inner <= column and not (is_item or is_closing):
            break
        if text and not (text.startswith("#") and inner <= column):
            end = at + 1
    return lines[:end]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
