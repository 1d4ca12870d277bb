"""A typed look into one raw object: what is asked for arrives with its type, or as a finding.

Comes in: the mapping a document held. Goes out: text, numbers, flags, labels and further cursors;
every value of a wrong type becomes a finding at its place and is replaced by its default, so that
only the smallest part of an object is lost. Apart from the readers, so that none of them ever
looks at a raw value itself. It refuses nothing: `null` counts as not written, as for kubectl.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.findings.codes import shape
from laneway.core.findings.finding import Code, Finding, Follow, finding
from laneway.core.findings.place import Place, Source, Step
from laneway.core.resources.matching import Labels
from laneway.core.resources.yaml.nearness import meant, nearest
from laneway.core.resources.yaml.placed import Places
from laneway.core.resources.yaml.spelling import as_text, describe, spell

DEFAULT_NAMESPACE = "default"
_NOTHING: dict[str, Any] = {}
_MOST_FINDINGS = 100
_MOST_UNKNOWN = 20
_WITHOUT_MEANING = frozenset({"autoUpdate", "cluster"})
"""Fields of lane kinds that may as well be lost."""

_OF_KEYS = frozenset(
    {
        *(shape.UNKNOWN_FIELD, shape.NOT_NAMESPACED_NAME),
        *(shape.MISSPELLED_FIELD, shape.MISSPELLED_LANE_FIELD),
    }
)
"""Findings about a key, whatever its value."""


After = Callable[[str], tuple[Follow, ...]]


class Notes:
    """The findings about one object, and how many of them are errors.

    `namespace` is that of an object which names none.
    """

    __slots__ = (
        *("after", "errors", "findings", "namespace", "plain", "prefix", "source", "subject"),
    )

    def __init__(self, source: Source, prefix: tuple[Step, ...] = (), subject: str = "") -> None:
        self.source = source
        self.prefix = prefix
        self.subject = subject
        self.after: After | None = None
        """What follows from a misspelled field, by the name that is meant."""
        self.findings: list[Finding] = []
        self.errors = 0
        self.namespace = DEFAULT_NAMESPACE
        self.plain: set[str] = set()
        """The lists of `spec` in which every field is known, whose readers have seen to that."""

    def add(
        self, code: Code, path: tuple[Step, ...], follows: tuple[Follow, ...] = (), **words: object
    ) -> None:
        """Note a finding about the value at `path` of the object; only the first 100 are kept."""
        self.errors += code.level == "error"
        if not self.is_full:
            place = Place(self.source, self.prefix + path, is_key=code in _OF_KEYS)
            found = finding(code, place, self.subject, **words)
            self.findings.append(replace(found, follows=follows) if follows else found)

    @property
    def is_full(self) -> bool:
        """Whether enough is told of this object; further errors are only counted."""
        return len(self.findings) >= _MOST_FINDINGS


class Cursor(Struct, frozen=True, eq=False):
    """A mapping inside an object. `path` leads to it from the object's root."""

    raw: Mapping[str, Any]
    notes: Notes
    path: tuple[Step, ...] = ()

    def report(self, code: Code, *steps: Step, **words: object) -> None:
        """Note a finding about a value below this mapping; `field` is its spelled path."""
        path = self.path + steps
        self.notes.add(code, path, (), **{"field": spell(path), **words})

    def written(self, key: str) -> bool:
        """Whether the key has a value other than null."""
        return self.raw.get(key) is not None

    def text(self, key: str, default: str = "") -> str:
        """Return text. Another scalar is an error and arrives as its spelling."""
        value = self.raw.get(key)
        if type(value) is str:
            return value
        if value is None:
            return default
        self.wrong(key, "text", value)
        return as_text(value) if isinstance(value, bool | int | float) else default

    def required(self, key: str) -> str:
        """Return text that must be there and not empty; else an error, and empty text."""
        if self.raw.get(key) in (None, ""):
            self.report(shape.MISSING_FIELD, key)
            return ""
        return self.text(key)

    def number(self, key: str, low: int, high: int) -> int | None:
        """Return a whole number of the closed range; None where nothing usable is written."""
        value = self.raw.get(key)
        if value is None or (type(value) is int and low <= value <= high):
            return value
        if isinstance(value, float) and math.isfinite(value) and value == int(value):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            self.wrong(key, "a whole number", value)
            return None
        if not low <= value <= high:
            wanted = f"a number from {low} to {high}"
            self.report(shape.OUT_OF_RANGE, key, found=describe(value), wanted=wanted)
            return None
        return value

    def port(self, key: str) -> int | None:
        """Return a port number, 1 to 65535."""
        return self.number(key, 1, 65535)

    def flag(self, key: str) -> bool:
        """Return true or false; false where nothing usable is written."""
        value = self.raw.get(key)
        if value is None:
            return False
        if not isinstance(value, bool):
            self.wrong(key, "true or false", value)
        return value is True

    def below(self, key: str) -> Cursor:
        """Return the mapping under `key`, an empty one where nothing usable is written."""
        value = self.raw.get(key)
        if type(value) is not dict:
            value = self.mapping(key) or _NOTHING
        return Cursor(value, self.notes, (*self.path, key))

    def mapping(self, key: str) -> Mapping[str, Any] | None:
        """Return the mapping under `key` as it is, or None."""
        value = self.raw.get(key)
        if value is None or isinstance(value, dict):
            return value
        self.wrong(key, "a mapping", value)
        return None

    def items(self, key: str) -> list[Any]:
        """Return the list under `key`, empty where nothing usable is written."""
        value = self.raw.get(key)
        if isinstance(value, list):
            return value
        if value is not None:
            self.wrong(key, "a list", value)
        return []

    def each(self, key: str) -> Iterable[tuple[int, Cursor]]:
        """Return the mappings of a list, with their positions; other items are errors."""
        if self.raw.get(key) is None:
            return ()
        found, notes, path = [], self.notes, (*self.path, key)
        for index, item in enumerate(self.items(key)):
            if isinstance(item, dict):
                found.append((index, Cursor(item, notes, (*path, index))))
            else:
                self.wrong_item(key, index, "a mapping", item)
        return found

    def entries(self, key: str) -> Iterator[tuple[str, Any]]:
        """Return the keys and values of a mapping; a key that is no text is its spelling."""
        for name, value in (self.mapping(key) or _NOTHING).items():
            yield as_text(name), value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the texts of a list; other items are errors and left out."""
        return self.placed_texts(key)[0]

    def placed_texts(self, key: str) -> tuple[tuple[str, ...], Places]:
        """Return the texts of a list and, where an item is left out, their positions in it."""
        if self.raw.get(key) is None:
            return (), ()
        items = self.items(key)
        found = []
        for index, item in enumerate(items):
            if isinstance(item, str):
                found.append((index, item))
            else:
                self.wrong_item(key, index, "text", item)
        places = tuple(index for index, _ in found) if len(found) < len(items) else ()
        return tuple(text for _, text in found), places

    def words(self, key: str) -> Mapping[str, str]:
        """Return a mapping of text to text, as labels are. Other scalars arrive as spelled."""
        value = self.raw.get(key)
        if type(value) is not dict:
            return self.mapping(key) or _NOTHING
        for name, word in value.items():
            if type(word) is not str or type(name) is not str:
                return self._spelled(key, value)
        return value

    def labels(self, key: str) -> Labels:
        """Return `words` as sorted pairs."""
        words = self.words(key)
        return tuple(sorted(words.items())) if len(words) > 1 else tuple(words.items())

    def known(self, kind: str, names: Iterable[str]) -> None:
        """Note the keys that are none of `names`; one that is meant for another of them by name."""
        allowed = frozenset(names)
        unknown = (name for name in self.raw if name not in allowed)
        for name in islice(unknown, _MOST_UNKNOWN):
            right = meant(str(name), allowed.difference(self.raw)) if self.notes.after else ""
            if right and self.notes.after and right not in _WITHOUT_MEANING:
                self.misspelled(name, kind, right)
                continue
            near = nearest(str(name), allowed)
            hint = f"; did you mean {near}?" if near else ""
            self.report(shape.UNKNOWN_FIELD, name, kind=kind, hint=hint)

    def misspelled(self, name: str, kind: str, right: str, write: str = "") -> None:
        """Note that a field of a lane kind is meant for another, and what follows from that."""
        after = self.notes.after
        path = (*self.path, name)
        self.notes.add(
            shape.MISSPELLED_LANE_FIELD,
            path,
            after(right) if after else (),
            field=spell(path),
            kind=kind,
            right=right,
            write=write or f"`{right}`",
        )

    def wrong(self, key: str, wanted: str, value: object) -> None:
        """Note that the value of `key` has the wrong type."""
        self.wrong_at((key,), wanted, value)

    def wrong_item(self, key: str, item: Step, wanted: str, value: object) -> None:
        """Note that an item of the list or mapping under `key` has the wrong type."""
        self.wrong_at((key, item), wanted, value)

    def wrong_at(self, steps: tuple[Step, ...], wanted: str, value: object) -> None:
        """Note that the value at a path below this mapping has the wrong type."""
        if self.notes.is_full:
            self.notes.errors += 1
            return
        fix = f"Write {wanted} here."
        if wanted == "text" and isinstance(value, bool | int | float):
            fix = f'Put the value in quotes: "{as_text(value)}".'
        self.report(shape.WRONG_TYPE, *steps, wanted=wanted, found=describe(value), fix=fix)

    def _spelled(self, key: str, value: Mapping[Any, Any]) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, word in value.items():
            if isinstance(word, str):
                found[as_text(name)] = word
            elif word is None:
                self.report(shape.NOT_TEXT, key, name, found="empty", value="")
                found[as_text(name)] = ""
            elif isinstance(word, bool | int | float):
                self.report(shape.NOT_TEXT, key, name, found=describe(word), value=as_text(word))
                found[as_text(name)] = as_text(word)
            else:
                self.wrong_at((key, name), "text", word)
        return found
