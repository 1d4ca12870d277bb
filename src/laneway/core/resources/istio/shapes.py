"""What a raw value must look like to be a part of an Istio object.

Comes in: a value as YAML gave it, and a shape. Goes out: every place where it does not fit, in
words. Objects of a user's are judged by the cluster that holds them; patches are text that no
schema has ever seen, and one bad value in them would make a cluster refuse the whole object they
end up in. It refuses nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from laneway.core.findings.place import Step
from laneway.core.resources.istio.durations import milliseconds
from laneway.core.resources.yaml.nearness import nearest
from laneway.core.resources.yaml.spelling import as_text, describe

_LONGEST = 3_650 * 24 * 3_600_000.0

Leaf = Callable[[Any], str]
"""Say what is wanted instead of a value; empty where it fits."""


class Each(Struct, frozen=True):
    """A list, all of whose items have one shape."""

    item: Shape


class Keyed(Struct, frozen=True):
    """A mapping of any keys to values of one shape."""

    value: Shape


Shape = Leaf | Each | Keyed | Mapping[str, Any]
"""A mapping of field names to shapes, a list, a free mapping, or a single value."""

Misfit = tuple[tuple[Step, ...], str]
"""The path of a value that does not fit, and why, as the rest of a sentence that names it."""


def misfits(value: Any, shape: Shape, path: tuple[Step, ...] = ()) -> Iterator[Misfit]:
    """Yield every place where a value does not fit. `null` fits everywhere: it takes away.

    >>> list(misfits({"attempts": "2"}, {"attempts": whole(0, 9)}))
    [(('attempts',), "must be a whole number from 0 to 9, but is the text '2'")]
    """
    if value is None:
        return
    if isinstance(shape, Each):
        yield from _in_list(value, shape, path)
    elif isinstance(shape, Keyed | Mapping):
        yield from _in_mapping(value, shape, path)
    elif wanted := shape(value):
        yield path, f"must be {wanted}, but is {describe(value)}"


def _in_list(value: Any, shape: Each, path: tuple[Step, ...]) -> Iterator[Misfit]:
    if not isinstance(value, list):
        yield path, f"must be a list, but is {describe(value)}"
        return
    for index, item in enumerate(value):
        if item is None:
            yield (*path, index), "is empty"
        yield from misfits(item, shape.item, (*path, index))


def _in_mapping(
    value: Any, shape: Keyed | Mapping[str, Any], path: tuple[Step, ...]
) -> Iterator[Misfit]:
    if not isinstance(value, dict):
        yield path, f"must be a mapping, but is {describe(value)}"
        return
    for key, inner in value.items():
        name = as_text(key)
        below = shape.value if isinstance(shape, Keyed) else shape.get(name)
        if below is None:
            near = nearest(name, shape) if isinstance(shape, Mapping) else ""
            hint = f"; did you mean {near}?" if near else ""
            yield (*path, name), f"is no field of Istio's{hint}"
        else:
            yield from misfits(inner, below, (*path, name))


def misshapen(
    value: Any, shape: Shape, path: tuple[Step, ...] = ()
) -> Iterator[tuple[tuple[Step, ...], str, Any]]:
    """Yield where a mapping, a list or a single value stands in the place of another of these.

    That much any version of Istio asks of its own fields; fields it may get later are passed by.
    Says the path, what is wanted there and what is written.

    >>> list(misshapen({"attempts": [2], "later": 7}, {"attempts": whole(0, 9)}))
    [(('attempts',), 'a single value', [2])]
    """
    if value is None:
        return
    if isinstance(shape, Each):
        if not isinstance(value, list):
            yield path, "a list", value
            return
        pairs: Iterable[tuple[Step, Any, Any]] = (
            (index, item, shape.item) for index, item in enumerate(value)
        )
    elif isinstance(shape, Keyed | Mapping):
        if not isinstance(value, dict):
            yield path, "a mapping", value
            return
        pairs = (
            (as_text(key), inner, shape.value if isinstance(shape, Keyed) else shape.get(key))
            for key, inner in value.items()
        )
    else:
        if isinstance(value, dict | list):
            yield path, "a single value", value
        return
    for step, inner, below in pairs:
        if below is not None:
            yield from misshapen(inner, below, (*path, step))


def text(value: Any) -> str:
    """Want text."""
    return "" if isinstance(value, str) and value else "text"


def flag(value: Any) -> str:
    """Want true or false."""
    return "" if isinstance(value, bool) else "true or false"


def duration(value: Any) -> str:
    """Want a duration of whole milliseconds, at least one.

    >>> duration("1.5s"), duration("0s")
    ('', 'a duration of whole milliseconds such as 10s or 250ms')
    """
    length = milliseconds(value) or 0.0
    if 1 <= length <= _LONGEST and abs(length - round(length)) < 1e-9:
        return ""
    return "a duration of whole milliseconds such as 10s or 250ms"


def whole(low: int, high: int) -> Leaf:
    """Want a whole number of a closed range."""

    def wanted(value: Any) -> str:
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        return "" if is_whole and low <= value <= high else f"a whole number from {low} to {high}"

    return wanted


def number(low: float, high: float) -> Leaf:
    """Want a number of a closed range."""

    def wanted(value: Any) -> str:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return "" if is_number and low <= value <= high else f"a number from {low:g} to {high:g}"

    return wanted


def one_of(*words: str) -> Leaf:
    """Want one of some words."""

    def wanted(value: Any) -> str:
        return "" if isinstance(value, str) and value in words else " or ".join(words)

    return wanted
