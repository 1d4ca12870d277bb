"""Objects as nobody wrote them: each field of one without a value, or with a strange one.

Comes in: an object. Goes out: many of them. Scripts take nothing for granted of any.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

SPOILED: tuple[Any, ...] = (None, "", "text", "3", -1, 2.5, True, [], {}, [None], [[]], {"": None})


def spoiled(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield an object once for each of its fields and each strange value of it, and without it."""
    for path in list(_paths(item)):
        for value in (..., *SPOILED):
            other: Any = deepcopy(item)
            at = other
            for step in path[:-1]:
                at = at[step]
            if value is ...:
                del at[path[-1]]
            else:
                at[path[-1]] = value
            yield other


def _paths(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    steps = value.items() if isinstance(value, dict) else enumerate(value)
    for step, below in steps if isinstance(value, dict | list) else ():
        yield (*above, step)
        if isinstance(below, dict | list):
            yield from _paths(below, (*above, step))
