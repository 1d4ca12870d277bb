"""One page of a long list, and what the whole list comes to.

Comes in: what there is in order, and which part is asked for. Goes out: that part, made into rows
only there: a thousand lanes cost what is shown of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from msgspec import Struct

T = TypeVar("T")
MOST = 500
"""Rows of a page; who asks for more gets so many."""


class ListPart(Struct, frozen=True):
    """Which part of a list: from which row on, how many, and what their words must hold."""

    offset: int = 0
    limit: int = 100
    query: str = ""

    def is_asked(self, *words: str) -> bool:
        """Whether a row of these words is asked for: each part of the query is in some word.

        >>> ListPart(query="s1 test").is_asked("s1", "test"), ListPart(query="x").is_asked("s1")
        (True, False)
        """
        return all(
            any(part in word.lower() for word in words) for part in self.query.lower().split()
        )


def paged(found: Sequence[T], page: ListPart, row: Callable[[T], Any]) -> dict[str, Any]:
    """Return a page of what was found, with where it begins and how many there are in all.

    >>> paged("abcd", ListPart(offset=1, limit=2), str.upper)
    {'total': 4, 'offset': 1, 'rows': ['B', 'C']}
    """
    begin = min(max(0, page.offset), len(found))
    count = min(max(1, page.limit), MOST)
    rows = [row(one) for one in found[begin : begin + count]]
    return {"total": len(found), "offset": begin, "rows": rows}
