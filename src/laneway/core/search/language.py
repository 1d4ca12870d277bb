"""Sets of texts: regular expressions with intersection and complement, and a shortest member.

Comes in: expressions built by a `Language`. Goes out: a shortest text that an expression holds, or
nothing where it holds none. It walks Brzozowski's derivatives: what an expression still asks for
after a character is again an expression, and equal ones are one object, so there are finitely many.
https://doi.org/10.1145/321239.321249
It refuses to look at more expressions than a bound; the caller then knows nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

LAST = 0x10FFFF
MOST_STATES = 4000
_PREFERRED = "abcdefghijklmnopqrstuvwxyz0123456789-/_.=ABCDEFGHIJKLMNOPQRSTUVWXYZ\u00e9"

Range = tuple[int, int]
Kind = Literal["chars", "then", "or", "and", "not", "star", "end"]


class TooLargeError(Exception):
    """A question would need more steps than the bound allows."""


class Expression(Struct, frozen=True, eq=False):
    """One expression. Equal ones of a `Language` are one object, told apart by `number`.

    `ends` says whether the empty text is held; `ranges` are the characters of kind `chars`, and
    the boundaries are those code points at which what may follow can change.
    """

    number: int
    kind: Kind
    parts: tuple[Expression, ...]
    ranges: tuple[Range, ...]
    ends: bool
    boundaries: frozenset[int]


class Language:
    """Makes expressions and answers questions about them; what it worked out once it keeps.

    `nothing` holds no text, `empty` the empty text alone and `anything` every text.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], Expression] = {}
        self._after: dict[tuple[int, int], Expression] = {}
        self.nothing = self.chars(())
        self.empty = self._made("end", (), (), ends=True, boundaries=frozenset())
        self.anything = self.star(self.chars([(0, LAST)]))

    @property
    def size(self) -> int:
        """How many expressions there are so far."""
        return len(self._known)

    def chars(self, ranges: Iterable[Range]) -> Expression:
        """Return the expression of one character out of ranges; of no ranges it holds nothing."""
        merged = _merged(ranges)
        edges = frozenset(edge for low, high in merged for edge in (low, high + 1))
        return self._made("chars", (), merged, ends=False, boundaries=edges)

    def text(self, value: str) -> Expression:
        """Return the expression that holds one text."""
        found = self.empty
        for character in reversed(value):
            found = self.then(self.chars([(ord(character), ord(character))]), found)
        return found

    def then(self, first: Expression, second: Expression) -> Expression:
        """Return the texts of one expression followed by those of another."""
        before = []
        while first.kind == "then":
            before.append(first.parts[0])
            first = first.parts[1]
        found = self._pair(first, second)
        for part in reversed(before):
            found = self._pair(part, found)
        return found

    def _pair(self, first: Expression, second: Expression) -> Expression:
        if first is self.empty:
            return second
        if second is self.empty or first is self.nothing:
            return first
        if second is self.nothing:
            return second
        edges = first.boundaries | second.boundaries if first.ends else first.boundaries
        ends = first.ends and second.ends
        return self._made("then", (first, second), (), ends=ends, boundaries=edges)

    def star(self, part: Expression) -> Expression:
        """Return any number of texts of an expression, one after the other."""
        if part.kind == "star" or part is self.empty:
            return part
        if part is self.nothing:
            return self.empty
        return self._made("star", (part,), (), ends=True, boundaries=part.boundaries)

    def either(self, parts: Iterable[Expression]) -> Expression:
        """Return the texts of any of several expressions."""
        found = _flat("or", parts)
        if self.anything in found:
            return self.anything
        singles = [part for part in found if part.kind == "chars"]
        one = self.chars(pair for part in singles for pair in part.ranges)
        kept = {part for part in found if part.kind != "chars"}
        if one.ranges:
            kept.add(one)
        return self._several("or", kept, self.nothing)

    def both(self, parts: Iterable[Expression]) -> Expression:
        """Return the texts that all of several expressions hold."""
        found = _flat("and", parts) - {self.anything}
        if self.nothing in found:
            return self.nothing
        return self._several("and", found, self.anything)

    def without(self, part: Expression) -> Expression:
        """Return every text that an expression does not hold."""
        if part.kind == "not":
            return part.parts[0]
        if part is self.nothing:
            return self.anything
        if part is self.anything:
            return self.nothing
        return self._made("not", (part,), (), ends=not part.ends, boundaries=part.boundaries)

    def shortest(self, wanted: Expression) -> str | None:
        """Return a shortest text that an expression holds; None if it holds none.

        Raises TooLargeError beyond the bound.
        """
        seen = {wanted}
        waiting = deque([(wanted, "")])
        while waiting:
            here, text = waiting.popleft()
            if here.ends:
                return text
            for character in _choices(here.boundaries):
                after = self.after(here, character)
                if after is not self.nothing and after not in seen:
                    seen.add(after)
                    waiting.append((after, text + chr(character)))
            if len(seen) > MOST_STATES:
                raise TooLargeError
        return None

    def after(self, here: Expression, character: int) -> Expression:
        """Return what may follow a character: the derivative of an expression."""
        key = (here.number, character)
        found = self._after.get(key)
        if found is None:
            found = self._after[key] = self._derived(here, character)
        return found

    def _derived(self, here: Expression, character: int) -> Expression:
        parts = here.parts
        match here.kind:
            case "end":
                return self.nothing
            case "chars":
                inside = any(low <= character <= high for low, high in here.ranges)
                return self.empty if inside else self.nothing
            case "then":
                first = self.then(self.after(parts[0], character), parts[1])
                if not parts[0].ends:
                    return first
                return self.either([first, self.after(parts[1], character)])
            case "star":
                return self.then(self.after(parts[0], character), here)
            case "not":
                return self.without(self.after(parts[0], character))
            case "or":
                return self.either(self.after(part, character) for part in parts)
            case "and":
                return self.both(self.after(part, character) for part in parts)

    def _several(self, kind: Kind, parts: set[Expression], none: Expression) -> Expression:
        if len(parts) < 2:
            return next(iter(parts), none)
        ordered = tuple(sorted(parts, key=lambda part: part.number))
        ends = (any if kind == "or" else all)(part.ends for part in ordered)
        edges = frozenset[int]().union(*(part.boundaries for part in ordered))
        return self._made(kind, ordered, (), ends=ends, boundaries=edges)

    def _made(
        self,
        kind: Kind,
        parts: tuple[Expression, ...],
        ranges: tuple[Range, ...],
        *,
        ends: bool,
        boundaries: frozenset[int],
    ) -> Expression:
        key = (kind, tuple(part.number for part in parts), ranges)
        found = self._known.get(key)
        if found is None:
            found = Expression(len(self._known), kind, parts, ranges, ends, boundaries)
            self._known[key] = found
        return found


def _flat(kind: Kind, parts: Iterable[Expression]) -> set[Expression]:
    found: set[Expression] = set()
    for part in parts:
        found.update(part.parts if part.kind == kind else (part,))
    return found


def _merged(ranges: Iterable[Range]) -> tuple[Range, ...]:
    merged: list[Range] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


def _choices(boundaries: frozenset[int]) -> list[int]:
    """Return one character out of each stretch that nothing tells apart, pleasant ones first."""
    edges = sorted({0, *boundaries})
    chosen: dict[int, int] = {}
    for place, character in enumerate(_PREFERRED):
        at = bisect_right(edges, ord(character)) - 1
        if at not in chosen:
            chosen[at] = place
    pleasant = [ord(_PREFERRED[place]) for place in sorted(chosen.values())]
    others = [edge for at, edge in enumerate(edges) if at not in chosen and edge <= LAST]
    return pleasant + others
