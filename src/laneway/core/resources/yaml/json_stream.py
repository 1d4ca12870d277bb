"""Reads JSON: one object or several in a row, as `kubectl get -o json` and other programs write.

Comes in: the text of a document that begins with a brace. Goes out: its values and where each
stands; nothing where the text is no JSON, since it may still be YAML in flow style. Apart, because
JSON has a parser of its own that is many times faster. It refuses nesting beyond 200.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from laneway.core.resources.yaml.limits import DEEPEST

if TYPE_CHECKING:
    from json import JSONDecoder

_ITEMS = re.compile(r'"items"[ \t\n]*:[ \t\n]*\[')
_SPACE = re.compile(r"[ \t\n]*")


class JsonValue(Struct, frozen=True):
    """One value of a stream. `begin` and `end` count characters of the text."""

    value: Any
    begin: int
    end: int


class NoJsonError(ValueError):
    """A text that is no JSON, or that JSON readers differ about."""


class TooDeepError(ValueError):
    """A JSON text nested deeper than is read. Its position is the first argument."""


def looks_like_json(text: str) -> bool:
    """Whether the first character that is no space is a brace."""
    first = text[:1]
    return first == "{" or (first.isspace() and text.startswith("{", _skip(text, 0)))


class TooManyError(ValueError):
    """A JSON stream of more values than are read."""


def read_json(text: str, most: int) -> list[JsonValue]:
    """Read all values of a JSON stream.

    Raises NoJsonError where the text is not plain JSON throughout: other syntax, a key written
    twice, a number no JSON reader holds. Raises TooDeepError for nesting beyond 200,
    TooManyError for more than `most` values.
    """
    found: list[JsonValue] = []
    at = _skip(text, 0)
    while at < len(text):
        if len(found) == most:
            raise TooManyError
        try:
            value, end = _decoder().raw_decode(text, at)
        except RecursionError:
            raise TooDeepError(at) from None
        except ValueError as error:
            raise NoJsonError(str(error)) from error
        if _is_deeper(value, DEEPEST):
            raise TooDeepError(at)
        found.append(JsonValue(value, at, end))
        at = _skip(text, end)
    return found


def list_items(text: str, listed: JsonValue) -> list[JsonValue]:
    """Return the items of a `List` each with its own place in the text; none if it is no list.

    So a finding about one object of a dump is located without going through all of them.
    """
    value = listed.value
    if not isinstance(value, dict) or value.get("kind") != "List":
        return []
    wanted = value.get("items")
    begins = _ITEMS.search(text, listed.begin, listed.end)
    if begins is None or not isinstance(wanted, list):
        return []
    found = []
    at = begins.end()
    for item in wanted:
        at = _skip(text, at)
        try:
            value, end = _decoder().raw_decode(text, at)
        except ValueError:
            return []
        if value != item:  # another list of that name stands before the one wanted
            return []
        found.append(JsonValue(item, at, end))
        at = _skip(text, end) + 1
    return found


def _skip(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return at if space is None else space.end()


def _is_deeper(value: Any, limit: int) -> bool:
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(limit):
        level = [
            child
            for node in level
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, dict | list)
        ]
        if not level:
            return False
    return True


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise NoJsonError("a key is written twice")
    return value


def _float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise NoJsonError("the number is too large")
    return value


def _constant(text: str) -> Any:
    raise NoJsonError(f"{text} is no JSON")


@lru_cache(maxsize=1)
def _decoder() -> JSONDecoder:
    from json import JSONDecoder  # noqa: PLC0415 - most inputs hold no JSON

    return JSONDecoder(object_pairs_hook=_object, parse_float=_float, parse_constant=_constant)
