"""Texts of a list, each with the position at which it is written.

Comes in: the texts that could be read, and their positions. Goes out: pairs. An item that is no
text is left out of its list, so that counting what is left would name a neighbor; whoever points at
an item asks here.
"""

from __future__ import annotations

from collections.abc import Iterator

Places = tuple[int, ...]
"""Positions in a written list; empty where no item of it is left out."""


def placed(texts: tuple[str, ...], places: Places) -> Iterator[tuple[int, str]]:
    """Return texts with their positions.

    >>> list(placed(("a", "c"), (0, 2))), list(placed(("a", "b"), ()))
    ([(0, 'a'), (2, 'c')], [(0, 'a'), (1, 'b')])
    """
    return zip(places or range(len(texts)), texts, strict=True)
