"""Edits as people read them: what moves where, and the lines that change.

Comes in: moves and files before and after. Goes out: lines of text. The form of the second is that
of every diff, with a line break that is no plain newline shown, so that a changed one is seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import unified_diff

from laneway.core.edits.file_text import FileEdit
from laneway.core.edits.weights import Move

_NO_NEWLINE = "\\ No newline at end of file"


def moves_told(moves: Iterable[Move]) -> Iterator[str]:
    """Yield the lines of a table for each split."""
    for move in moves:
        origin = f"  (as in {move.origin})" if move.origin else ""
        yield f"{move.split.said}{origin}"
        width = max(len(part.said) for part in move.split.portions)
        for part, weight in zip(move.split.portions, move.weights, strict=True):
            now = f" → {weight}" if weight != part.weight else ""
            yield f"  {part.said:{width}}  {part.weight:3}{now}"


def diff_lines(edits: Iterable[FileEdit]) -> Iterator[str]:
    r"""Yield a unified diff.

    >>> list(diff_lines([FileEdit("a", b"x\r\ny", b"x\r\nz")]))[3:]
    [' x\\r', '-y', '\\ No newline at end of file', '+z', '\\ No newline at end of file']
    >>> next(diff_lines([FileEdit("/lanes/a", b"x", b"y")]))
    '--- a/lanes/a'
    """
    for one in edits:
        path = one.path.removeprefix("./").lstrip("/")
        old = f"a/{path}" if one.before is not None else "/dev/null"
        new = f"b/{path}" if one.after is not None else "/dev/null"
        lines = unified_diff(_lines(one.before), _lines(one.after), old, new, lineterm="")
        for line in lines:
            yield line.removesuffix("\0")
            if line.endswith("\0"):
                yield _NO_NEWLINE


def _lines(raw: bytes | None) -> list[str]:
    """Return the lines of a file; the last one is marked where no newline ends it."""
    text = (raw or b"").decode(errors="replace").replace("\r", "\\r").replace("\0", "")
    lines = text.split("\n")
    last = lines.pop()
    return [*lines, f"{last}\0"] if last else lines
