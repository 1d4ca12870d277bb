"""Inputs of which one field is spoiled: the golden cases and the examples, one spoil at a time.

Comes in: a seed and how many are wanted. Goes out: meshes with one object's field replaced by a
value of another type, deleted, doubled or renamed, as the texts a user would have written.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml
from msgspec import Struct

from tests.examples import example_meshes
from tests.golden.case import CASES, DOCUMENT, read_case

RICH = Path(__file__).with_name("rich.yaml")
LONG = "long-" * 2000
TWICE = "written-twice."
"""What the second of two equal keys is called until its text is written."""

FieldPath = tuple[str | int, ...]


class Given(Struct, frozen=True):
    """A sound mesh: its name and its documents, in their order."""

    name: str
    texts: tuple[str, ...]

    def objects(self) -> Iterator[tuple[int, Any]]:
        """Yield the documents that hold an object, with their positions."""
        for number, text in enumerate(self.texts):
            found = _loaded(text)
            if isinstance(found, dict):
                yield number, found


class Spoiled(Struct, frozen=True):
    """One input: what is spoiled, and all texts of the mesh with it; `turn` counts the inputs."""

    turn: int
    given: Given
    number: int
    path: FieldPath
    how: str
    texts: tuple[str, ...]

    def __str__(self) -> str:
        """Say it so that a person finds it."""
        field = ".".join(map(str, self.path)) or "the whole object"
        return f"{self.given.name}, document {self.number}: {field} {self.how}"


REPLACED: dict[str, Any] = {
    "is null": None,
    "is empty text": "",
    "is text": "spoiled",
    "is odd text": "*.\u00e4 %\n\x7f\U0001f600",
    "is a pattern": "*",
    "is a number": 7,
    "is a large number": 10**20,
    "is negative": -1,
    "is a fraction": 0.5,
    "is not a number": float("nan"),
    "is true": True,
    "is an empty list": [],
    "is a list": ["spoiled"],
    "is a list of lists": [[None, 7]],
    "is an empty mapping": {},
    "is a mapping": {"spoiled": {"spoiled": 7}},
    "is very long": LONG,
}
CHANGED = ("is deleted", "is doubled", "is renamed")
WAYS = (*REPLACED, *CHANGED)


@cache
def givens() -> tuple[Given, ...]:
    """Return the meshes of all golden cases and examples, and one of every kind that is read."""
    cases = (read_case(path) for path in sorted(CASES.rglob("*.yaml")))
    found = [Given(f"case {case.name}", case.documents) for case in cases]
    found.append(Given(RICH.stem, tuple(DOCUMENT.split(RICH.read_text()))))
    for name, folder in example_meshes().items():
        files = sorted(folder.rglob("*.yaml"))
        texts = [text for file in files for text in DOCUMENT.split(file.read_text())]
        found.append(Given(f"example {name}", tuple(texts)))
    return tuple(found)


def inputs(count: int, seed: int, skip: int = 0, among: Sequence[Given] = ()) -> Iterator[Spoiled]:
    """Yield so many inputs, no two alike, the first ones left out.

    Fields are drawn evenly from all that are written anywhere; an object that stands in many meshes
    is spoiled in one of them by chance.
    """
    homes: dict[str, list[tuple[Given, int]]] = {}
    for given in among or givens():
        for number, _ in given.objects():
            homes.setdefault(given.texts[number], []).append((given, number))
    places = [(text, path) for text in homes for path in paths_in(_loaded(text))]
    chance = Random(seed)  # noqa: S311 - draws, no secrets
    drawn: set[int] = set()
    turn = 0
    while turn < skip + count and len(drawn) < len(places) * len(WAYS):
        one = chance.randrange(len(places) * len(WAYS))
        if one in drawn:
            continue
        drawn.add(one)
        (text, path), how = places[one // len(WAYS)], WAYS[one % len(WAYS)]
        given, number = chance.choice(homes[text])
        spoilt = spoil(text, path, how)
        if spoilt is None:
            continue
        turn += 1
        if turn > skip:
            texts = (*given.texts[:number], spoilt, *given.texts[number + 1 :])
            yield Spoiled(turn, given, number, path, how, texts)


def paths_in(value: Any) -> Iterator[FieldPath]:
    """Yield the path of every value inside a value, its own included."""
    yield ()
    pairs: Any = ()
    if isinstance(value, dict):
        pairs = value.items()
    elif isinstance(value, list):
        pairs = enumerate(value)
    for key, inner in pairs:
        for path in paths_in(inner):
            yield (key, *path)


def spoil(text: str, path: FieldPath, how: str) -> str | None:
    """Return the text of an object with one field spoiled; None where that changes nothing."""
    whole = [copy.deepcopy(_loaded(text))]
    holder: Any = whole
    *way, last = (0, *path)
    for step in way:
        holder = holder[step]
    if how in REPLACED:
        if repr(holder[last]) == repr(REPLACED[how]):
            return None
        holder[last] = REPLACED[how]
    elif not _CHANGES[how](holder, last):
        return None
    written = yaml.safe_dump_all(whole, sort_keys=False, allow_unicode=True, width=1000)
    return written.replace(TWICE, "")


def _delete(holder: Any, last: Any) -> bool:
    del holder[last]
    return True


def _double(holder: Any, last: Any) -> bool:
    if isinstance(holder, list):
        holder.insert(last, copy.deepcopy(holder[last]))
    else:
        holder[f"{TWICE}{last}"] = copy.deepcopy(holder[last])
    return True


def _rename(holder: Any, last: Any) -> bool:
    if isinstance(holder, list):
        return False
    renamed = {f"{last}x" if key == last else key: value for key, value in holder.items()}
    holder.clear()
    holder.update(renamed)
    return True


_CHANGES: dict[str, Callable[[Any, Any], bool]] = {
    "is deleted": _delete,
    "is doubled": _double,
    "is renamed": _rename,
}


@cache
def _loaded(text: str) -> Any:
    try:
        return yaml.load(text, yaml.CSafeLoader)
    except yaml.YAMLError:
        return None  # a case about such a file
