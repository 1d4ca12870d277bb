"""Cuts a `List` into its items before anything is parsed.

Comes in: the bytes of a document. Goes out: the pieces of its items and what stands around them; or
nothing where the document is no `List` in the shape that kubectl and Helm write. Apart, because a
dump of a whole cluster is one document, and one odd value in it must not send all of it the slow
way. It looks at the beginnings of lines only; who parses the pieces finds out when that was wrong.
"""

from __future__ import annotations

import re

from msgspec import Struct

from laneway.core.resources.yaml.splitting import Piece

_IS_LIST = re.compile(rb"^kind: List *$", re.MULTILINE)
_FIRST_ITEM = re.compile(rb"^items: *\n( *)- ", re.MULTILINE)
_NEXT_KEY = re.compile(rb"^[^ \-#\n]", re.MULTILINE)


class CutList(Struct, frozen=True):
    """The items of a list, each a document of its own, and the list without them."""

    items: list[Piece]
    around: Piece


def cut_list(piece: Piece) -> CutList | None:
    r"""Cut a document into the items of its list; None where it is no `List` or not in block style.

    >>> raw = b"apiVersion: v1\nitems:\n- kind: A\n- kind: B\nkind: List\n"
    >>> cut = cut_list(Piece(raw, 1))
    >>> [(item.raw, item.first_line) for item in cut.items], cut.around.raw
    ([(b'  kind: A\n', 3), (b'  kind: B\n', 4)], b'apiVersion: v1\nkind: List\n')

    A space stands for the dash, so that every column is the one of the file.
    """
    raw = piece.raw
    kind = 0 if raw.startswith(b"kind: ") else raw.find(b"\nkind: ") + 1
    if not raw.startswith(b"kind: List", kind):
        return None  # nearly every document says so in its second line
    first = _FIRST_ITEM.search(raw)
    if first is None or _IS_LIST.search(raw) is None:
        return None
    begin = raw.index(b"\n", first.start()) + 1
    after = _NEXT_KEY.search(raw, begin)
    end = len(raw) if after is None else after.start()
    starts = _starts(raw, begin, end, first[1])
    line = piece.first_line + raw.count(b"\n", 0, begin)
    dash = len(first[1])
    items = []
    for start, stop in zip(starts, [*starts[1:], end], strict=True):
        items.append(Piece(first[1] + b" " + raw[start + dash + 1 : stop], line))
        line += raw.count(b"\n", start, stop)
    return CutList(items, Piece(raw[: first.start()] + raw[end:], piece.first_line))


def _starts(raw: bytes, begin: int, end: int, indent: bytes) -> list[int]:
    """Return where the items begin: at each dash that stands as deep as the first one."""
    mark = b"\n" + indent + b"- "
    starts = [begin]
    at = raw.find(mark, begin, end)
    while at >= 0:
        starts.append(at + 1)
        at = raw.find(mark, at + 1, end)
    return starts
