"""What a field is to lanes, and how tables of fields are written.

Comes in: paths as CustomResourceDefinitions have them below `spec`, `[]` for each item of a list
and `*` for each key of a mapping. Goes out: a table from each leaf to what Laneway makes of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

Property = Literal["isolated", "delivered"]

BOTH: tuple[Property, ...] = ("isolated", "delivered")
ANSWERED: tuple[Property, ...] = ("delivered",)
NOT_FOLLOWED = "LW1428"
"""The finding about whatever is named for no other reason than that nobody follows it."""


class Followed(Struct, frozen=True):
    """It decides where a request goes or what becomes of it; `by` is a module of `core`."""

    by: str


class Named(Struct, frozen=True):
    """It may decide, and is not followed: a finding of `code` says so where lanes are concerned.

    `because` says what it may do. `opens` are the properties a proof leaves open for it; none where
    the proof looks at it by itself. Values in `harmless` do nothing, and where `headers` is set
    only the name of a header does that carries lanes or that a route asks for.
    """

    because: str
    code: str = NOT_FOLLOWED
    opens: tuple[Property, ...] = ()
    harmless: frozenset[str] = frozenset()
    headers: bool = False


class Without(Struct, frozen=True):
    """It has no effect on lanes, for a reason."""

    why: str


Entry = Followed | Named | Without
Table = Mapping[str, Entry]


def table(*groups: tuple[Entry, str]) -> dict[str, Entry]:
    """Return the table of groups of paths, spelled with blanks between and braces within.

    >>> sorted(table((Without("no"), "a.{b,c} d")))
    ['a.b', 'a.c', 'd']
    """
    found: dict[str, Entry] = {}
    for entry, paths in groups:
        for path in expanded(paths):
            if path in found:
                raise ValueError(f"{path} stands in two groups")
            found[path] = entry
    return found


def expanded(paths: str) -> list[str]:
    """Return paths with each choice of their braces, which may stand in one another.

    >>> expanded("a.{b,c.{d,e}}.f g")
    ['a.b.f', 'a.c.d.f', 'a.c.e.f', 'g']
    """
    return [one for path in paths.split() for one in _choices(path)]


def _choices(path: str) -> list[str]:
    start = path.find("{")
    if start < 0:
        return [path]
    depth, parts, begun = 0, [], start + 1
    for end in range(start, len(path)):
        depth += (path[end] == "{") - (path[end] == "}")
        if depth == 0 or (depth == 1 and path[end] == ","):
            parts.append(path[begun:end])
            begun = end + 1
        if depth == 0:
            break
    return [one for part in parts for one in _choices(path[:start] + part + path[begun:])]


def below(prefix: str, fields: Table) -> dict[str, Entry]:
    """Return a table as it is below a path."""
    return {f"{prefix}.{path}": entry for path, entry in fields.items()}
