"""Tables for a terminal: columns as wide as their cells, never wider than the screen.

Pure text. A cell that does not fit goes on below itself, so that nothing is lost. Where no screen
sets a width, a row is one line, for grep.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from laneway.core.findings.finding import printable

WIDTH = 80
GAP = "  "


MOST_CHANGES = 6
"""Texts of a list that are written out."""


def table(head: Sequence[str], rows: Sequence[Sequence[str]], width: int = WIDTH) -> list[str]:
    """Return a table's lines; the widest column gives way where they are too wide together.

    >>> table(("LANE", "SHARE"), [("v1", "50 %"), ("v2", "50 %")])
    ['LANE  SHARE', 'v1    50 %', 'v2    50 %']
    >>> table(("LANE", "HAS"), [("v1", "web, cart")], 11)
    ['LANE  HAS', 'v1    web,', '      cart']
    """
    everything = [head, *([printable(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in everything) for column in range(len(head))]
    room = width - len(GAP) * (len(head) - 1)
    while sum(widths) > room and max(widths) > 4:
        widths[widths.index(max(widths))] -= 1
    return [line for row in everything for line in lines_of_row(row, widths)]


def lines_of_row(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    """Yield the lines of one row in columns of some widths."""
    wrapped = (_wrapped(cell, width) for cell, width in zip(row, widths, strict=True))
    for cells in zip_longest(*wrapped, fillvalue=""):
        padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        yield GAP.join(padded).rstrip()


def _wrapped(cell: str, width: int) -> list[str]:
    """Wrap a cell, but not between a name and its value.

    >>> _wrapped("mocka: s1, mockb: s2", 14)
    ['mocka: s1,', 'mockb: s2']
    """
    if len(cell) <= width:
        return [cell]
    glued = cell.replace(": ", ":\0")
    text = glued if max(map(len, glued.split())) <= width else cell
    lines = textwrap.wrap(text, width, break_on_hyphens=False)
    return [line.replace("\0", " ") for line in lines]


def cut(text: str, width: int) -> str:
    """Cut a text to a width.

    >>> cut("mocka-v1", 5)
    'mock…'
    """
    return text if len(text) <= width else text[: width - 1] + "…"


def first_of(rows: Sequence[Sequence[str]], most: int, rest: str) -> list[Sequence[str]]:
    """Return the first rows and, where there are more, a last one that counts them.

    `rest` is a text with `{count}`; a table that would lose a single row keeps it.
    """
    if len(rows) <= most + 1:
        return list(rows)
    blank = ("",) * (len(rows[0]) - 1)
    return [*rows[:most], (rest.format(count=len(rows) - most), *blank)]


def listed(texts: Sequence[str]) -> str:
    """Join texts, of many only the first.

    >>> listed([str(number) for number in range(9)])
    '0, 1, 2, 3, 4, 5 and 3 more'
    """
    if len(texts) <= MOST_CHANGES:
        return ", ".join(texts)
    return f"{', '.join(texts[:MOST_CHANGES])} and {len(texts) - MOST_CHANGES} more"


def duration(seconds: float) -> str:
    """Say a duration shortly.

    >>> duration(0.0042), duration(0.94), duration(75)
    ('4.2 ms', '940 ms', '75 s')
    """
    if seconds < 0.01:
        return f"{seconds * 1000:.1f} ms"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
