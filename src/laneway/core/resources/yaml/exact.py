"""Reads one YAML document exactly as kubectl does, with a position for every fault.

Comes in: the text of a document. Goes out: its value and its faults. Ten times slower than the fast
parser, so it reads only what that one might misread. It walks the events of libyaml with a stack
of its own: no depth, no alias and no size of the input can exhaust the machine's. It refuses
nesting beyond 200 and aliases that stand for more than 100,000 values.
"""

from __future__ import annotations

import math
from typing import Any

import yaml
from msgspec import Struct

from laneway.core.findings.codes import reading
from laneway.core.findings.finding import Code
from laneway.core.resources.yaml.limits import DEEPEST, MOST_ALIASED, MOST_FAULTS
from laneway.core.resources.yaml.scalars import (
    Scalar,
    WrongTagError,
    key_text,
    resolve,
    resolve_tagged,
)
from laneway.core.resources.yaml.spelling import shorten

_CORE = "tag:yaml.org,2002:"
_MERGE_TAG = _CORE + "merge"
_PLAIN_TAGS = frozenset(
    _CORE + name
    for name in ("str", "int", "float", "bool", "null", "binary", "map", "seq", "timestamp")
)
_NO_KEY: Any = object()


class Fault(Struct, frozen=True):
    """Something wrong in a document. `offset` counts characters of its text."""

    code: Code
    offset: int
    words: dict[str, object] = {}


class Exact(Struct, frozen=True):
    """A document as kubectl reads it. `broken` means that its value cannot be known."""

    value: Any
    faults: tuple[Fault, ...] = ()
    broken: bool = False


class _BrokenError(Exception):
    """Ends the reading of a document; caught in this module and turned into a value."""

    def __init__(self, code: Code, offset: int, **words: object) -> None:
        super().__init__(code.id)
        self.fault = Fault(code, offset, words)


class _Open:
    """A mapping or list that is being read, and how many values it stands for."""

    __slots__ = ("anchor", "is_flow", "key", "keys", "merge_at", "value", "weight")

    def __init__(self, value: Any, event: Any) -> None:
        self.value = value
        self.anchor: str | None = event.anchor
        self.is_flow: bool = event.flow_style
        self.key: Any = _NO_KEY
        self.keys: dict[str, int] = {}
        self.merge_at: int | None = None
        self.weight = 1


def read_exactly(text: str, first_line: int = 1) -> Exact:
    """Read one document, whose text begins in that line of its file. Never raises."""
    builder = _Builder(first_line)
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            builder.take(event)
    except _BrokenError as broken:
        return Exact(None, (*builder.faults, broken.fault), broken=True)
    except yaml.MarkedYAMLError as error:
        return Exact(None, (*builder.faults, _syntax(text, error)), broken=True)
    except (yaml.YAMLError, UnicodeError, ValueError) as error:
        fault = Fault(reading.SYNTAX, 0, {"problem": shorten(str(error))})
        return Exact(None, (*builder.faults, fault), broken=True)
    return Exact(builder.root, tuple(builder.faults), broken=False)


def _syntax(text: str, error: yaml.MarkedYAMLError) -> Fault:
    mark = error.problem_mark or error.context_mark
    offset = 0 if mark is None else mark.index
    problem = error.problem or error.context or "this is no YAML"
    if text.startswith("\t", offset) or "tab character" in problem:
        return Fault(reading.TAB, offset)
    if not text[offset:].strip():  # the end of the text: point at what stands last
        offset = max(len(text.rstrip()) - 1, 0)
    inside = f", {error.context}" if error.problem and error.context else ""
    return Fault(reading.SYNTAX, offset, {"problem": f"{problem}{inside}"})


class _Builder:
    """Builds a value out of events."""

    def __init__(self, first_line: int) -> None:
        self.root: Any = None
        self._first_line = first_line
        self.faults: list[Fault] = []
        self._stack: list[_Open] = []
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._aliased = 0

    def take(self, event: Any) -> None:
        """Take the next event of the document."""
        kind = type(event)
        if kind is yaml.ScalarEvent:
            self._scalar(event)
        elif kind is yaml.MappingStartEvent:
            self._open({}, event)
        elif kind is yaml.SequenceStartEvent:
            self._open([], event)
        elif kind is yaml.AliasEvent:
            self._alias(event)
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            self._close()

    def _open(self, value: Any, event: Any) -> None:
        offset = event.start_mark.index
        if len(self._stack) >= DEEPEST:
            raise _BrokenError(reading.TOO_DEEP, offset, limit=DEEPEST)
        if self._stack and self._awaits_key():
            raise _BrokenError(reading.SYNTAX, offset, problem="a mapping or list cannot be a key")
        self._note_tag(event)
        if event.anchor:
            self._anchors.pop(event.anchor, None)
        self._stack.append(_Open(value, event))

    def _close(self) -> None:
        closed = self._stack.pop()
        if closed.anchor:
            self._anchors[closed.anchor] = (closed.value, closed.weight)
        self._put(closed.value, closed.weight)

    def _scalar(self, event: Any) -> None:
        if self._stack and self._awaits_key():
            self._key(event)
            return
        value = self._resolved(event)
        if isinstance(value, float) and not math.isfinite(value):
            raise _BrokenError(reading.NOT_JSON, event.start_mark.index, value=event.value)
        if event.anchor:
            self._anchors[event.anchor] = (value, 1)
        self._put(value, 1)

    def _resolved(self, event: Any) -> Scalar:
        self._note_tag(event)
        if event.implicit[0] and self._stack and self._stack[-1].is_flow and not event.style:
            self._check_flow(event)
        if event.tag is None or event.tag == "!":
            is_plain = event.tag is None and event.implicit[0]
            return resolve(event.value) if is_plain else str(event.value)
        try:
            return resolve_tagged(event.value, event.tag)
        except WrongTagError as error:
            offset = event.start_mark.index
            raise _BrokenError(reading.SYNTAX, offset, problem=str(error)) from error

    def _check_flow(self, event: Any) -> None:
        """Refuse text that kubectl's older YAML takes for a key inside brackets."""
        if "?" in event.value or event.value.startswith(":"):
            problem = "text with a question mark, or after a colon, needs quotes inside [] and {}"
            raise _BrokenError(reading.SYNTAX, event.start_mark.index, problem=problem)

    def _note_tag(self, event: Any) -> None:
        tag = event.tag
        if tag is not None and tag != "!" and tag not in _PLAIN_TAGS and tag != _MERGE_TAG:
            spelled = "!!" + tag.removeprefix(_CORE) if tag.startswith(_CORE) else tag
            self._note(reading.UNKNOWN_TAG, event.start_mark.index, tag=shorten(spelled))

    def _note(self, code: Code, offset: int, **words: object) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(code, offset, words))

    def _alias(self, event: Any) -> None:
        offset, name = event.start_mark.index, event.anchor
        if name not in self._anchors:
            inside = any(opened.anchor == name for opened in self._stack)
            reason = "stands inside the value it repeats" if inside else "names no anchor above it"
            raise _BrokenError(reading.SYNTAX, offset, problem=f"alias *{name} {reason}")
        value, weight = self._anchors[name]
        self._aliased += weight
        if self._aliased > MOST_ALIASED:
            raise _BrokenError(reading.ALIASES, offset, limit=f"{MOST_ALIASED:,}")
        if self._stack and self._awaits_key():
            self._key_of(value, str(value), event)
            return
        self._put(value, weight)

    def _awaits_key(self) -> bool:
        top = self._stack[-1]
        return top.key is _NO_KEY and isinstance(top.value, dict)

    def _key(self, event: Any) -> None:
        is_plain = event.implicit[0] or event.tag == _MERGE_TAG
        if event.value == "<<" and is_plain:
            self._stack[-1].key = None
            self._stack[-1].merge_at = event.start_mark.index
            return
        value = self._resolved(event)
        if event.anchor:
            self._anchors[event.anchor] = (value, 1)
        self._key_of(value, event.value, event)

    def _key_of(self, value: Any, written: str, event: Any) -> None:
        mark, top = event.start_mark, self._stack[-1]
        key = None if isinstance(value, dict | list) else key_text(value, written)
        if key is None:
            raise _BrokenError(reading.SYNTAX, mark.index, problem="a key must be text")
        if isinstance(value, float):
            self._note(reading.NUMBER_AS_KEY, mark.index, key=written)
        first = top.keys.get(key)
        if first is not None:
            line = self._first_line + first
            self._note(reading.DUPLICATE_KEY, mark.index, key=shorten(key), first=line)
        top.keys[key] = mark.line
        top.key = key

    def _put(self, value: Any, weight: int) -> None:
        if not self._stack:
            self.root = value
            return
        top = self._stack[-1]
        top.weight += weight
        if isinstance(top.value, list):
            top.value.append(value)
            return
        key, top.key = top.key, _NO_KEY
        if key is None and top.merge_at is not None:
            self._merge(top, value, top.merge_at)
        else:
            top.value[key] = value

    def _merge(self, top: _Open, value: Any, offset: int) -> None:
        sources = list(reversed(value)) if isinstance(value, list) else [value]
        if not all(isinstance(source, dict) for source in sources):
            problem = "a merge (<<) needs a mapping or a list of mappings"
            raise _BrokenError(reading.SYNTAX, offset, problem=problem)
        for source in sources:
            for key in source:
                if key in top.keys:
                    self._note(reading.MERGE_OVERRIDES, offset, key=shorten(key))
            top.value.update(source)
