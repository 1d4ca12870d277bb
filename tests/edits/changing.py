"""Documents of every form, and other values for them: what a value becomes is drawn.

Comes in: chance. Goes out: a value, a text of it in which every line of a leaf is marked, and the
value changed in some places. The text is written here, not by the product.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

WORDS = ("v1", "mocka", "/mock", "x-lane", "it's", "10s", "no", "*", "a: b", "größer 🚦", "50", "")
Value = Any
Path = tuple[str, ...]


class Layout(Struct, frozen=True):
    """How a document is written."""

    step: int
    list_step: int
    flow: float
    """How often a collection stands in brackets."""
    comments: bool
    quote: str


def drawn_layout(chance: random.Random) -> Layout:
    return Layout(
        chance.choice([2, 2, 4, 3]),
        chance.choice([0, 2]),
        chance.choice([0, 0, 0.3, 1]),
        chance.random() < 0.7,
        chance.choice(["'", '"']),
    )


def drawn_value(chance: random.Random, depth: int = 0) -> dict[str, Value]:
    """Return a mapping of scalars, mappings, lists of texts and lists of named mappings."""
    keys = chance.sample([f"key{at}" for at in range(9)], chance.randint(1, 4))
    return {key: drawn_part(chance, depth + 1) for key in keys}


def drawn_part(chance: random.Random, depth: int) -> Value:
    kind = chance.random()
    if depth > 3 or kind < 0.4:
        return drawn_scalar(chance)
    if kind < 0.65:
        return drawn_value(chance, depth)
    names = chance.sample([f"item{at}" for at in range(9)], chance.randint(0 if depth else 1, 3))
    if kind < 0.8:
        return names
    return [{"name": name} | drawn_value(chance, depth) for name in names]


def drawn_scalar(chance: random.Random) -> Value:
    return chance.choice([chance.choice(WORDS), chance.randint(0, 99), True, False, None])


def changed(chance: random.Random, value: Value) -> Value:
    """Return a copy that is another in one to three places."""
    copy = cloned(value)
    for _ in range(chance.randint(1, 3)):
        change(chance, chance.choice(list(collections(copy))))
    return copy


def cloned(value: Value) -> Value:
    if isinstance(value, dict):
        return {key: cloned(one) for key, one in value.items()}
    return [cloned(one) for one in value] if isinstance(value, list) else value


def collections(value: Value) -> Iterator[Value]:
    if isinstance(value, dict | list):
        yield value
        for one in value.values() if isinstance(value, dict) else value:
            yield from collections(one)


def change(chance: random.Random, where: Value) -> None:
    """Change a mapping or a list in place: set, add or take away."""
    if isinstance(where, dict):
        key = chance.choice([*where, f"new{chance.randint(0, 9)}"])
        if key in where and key != "name" and chance.random() < 0.4:
            del where[key]
        else:
            where[key] = drawn_part(chance, 3 - chance.randint(0, 2)) if key != "name" else "named"
        return
    if where and chance.random() < 0.5:
        del where[chance.randrange(len(where))]
        return
    new = f"item{chance.randint(10, 99)}"
    of_texts = all(isinstance(one, str) for one in where)
    item = new if of_texts else {"name": new} | drawn_value(chance, 2)
    where.insert(chance.randint(0, len(where)), item)


class Written(Struct):
    """A text as lines, and which of them say a scalar alone, by its path."""

    layout: Layout
    chance: random.Random
    lines: list[str] = []
    at: dict[Path, int] = {}

    def note(self) -> str:
        """Return a comment that no other line has, or none."""
        if not self.layout.comments or self.chance.random() < 0.3:
            return ""
        return f"{' ' * self.chance.randint(1, 3)}# note {len(self.lines)}"

    def mapping(self, value: dict[str, Value], deep: int, path: Path = (), first: str = "") -> None:
        head = first
        for key, one in value.items():
            lead = head or " " * deep
            if self.layout.comments and not head and self.chance.random() < 0.1:
                self.lines.append(f"{lead}# about {key} {len(self.lines)}")
            head = ""
            self.pair(f"{lead}{key}:", one, deep, (*path, key))

    def pair(self, head: str, one: Value, deep: int, path: Path) -> None:
        is_flow = self.chance.random() < self.layout.flow
        if not isinstance(one, dict | list) or not one or is_flow:
            self.leaf(f"{head} ", one, path)
            return
        self.lines.append(f"{head}{self.note()}")
        if isinstance(one, dict):
            self.mapping(one, deep + self.layout.step, path)
            return
        for item in one:
            dash = f"{' ' * (deep + self.layout.list_step)}- "
            if isinstance(item, dict):
                self.mapping(item, len(dash), (*path, item["name"]), dash)
            else:
                self.leaf(dash, item, (*path, item))

    def leaf(self, head: str, one: Value, path: Path) -> None:
        if not isinstance(one, dict | list):
            self.at[path] = len(self.lines)
        self.lines.append(f"{head}{flow(one, self.layout)}{self.note()}")


def flow(value: Value, layout: Layout) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(one, layout)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(one, layout) for one in value) + "]"
    if isinstance(value, str):
        if layout.quote == "'":
            return "'" + value.replace("'", "''") + "'"
        return '"' + value + '"'
    return json.dumps(value)


def written(chance: random.Random, value: dict[str, Value]) -> Written:
    """Write a document."""
    made = Written(drawn_layout(chance), chance)
    made.mapping(value, 0)
    return made


def lasting(before: Value, after: Value, path: Path = ()) -> set[Path]:
    """Return the paths at which both hold the same scalar, items of lists known by their names."""
    if isinstance(before, dict) and isinstance(after, dict):
        keys = [key for key in before if key in after]
        found = [lasting(before[key], after[key], (*path, key)) for key in keys]
        return set().union(*found)
    if isinstance(before, list) and isinstance(after, list):
        old, new = named(before), named(after)
        if [key for key in old if key in new] != [key for key in new if key in old]:
            return set()  # an item that moved is another one
        same = [key for key in old if key in new and repr(old[key]) == repr(new[key])]
        return set().union(*(lasting(old[key], new[key], (*path, key)) for key in same))
    return {path} if type(before) is type(after) and before == after else set()


def named(items: list[Value]) -> dict[str, Value]:
    return {one["name"] if isinstance(one, dict) else one: one for one in items}
