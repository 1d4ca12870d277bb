"""Who undoes what was written, and when it is enough.

Comes in: the objects that were as wanted and differ now. Goes out: each such drift, and the groups
of objects that one and the same other has undone several times in a row: two who write one object
by turns would do so for ever, so we are the one who stops.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec import Struct, field

from laneway.core.keeping.own_objects import Digest, OwnObject
from laneway.core.keeping.wanted import Part
from laneway.core.resources.meta import Ref

ENOUGH = 3
"""How often in a row the same writer undoes an object before it is left to them."""
MANY = 10
"""The same where nobody knows who it was: a person may well delete an object a few times."""
IN_A_ROW = 60.0
"""Seconds within which the next time counts as in a row."""


class Drift(Struct, frozen=True):
    """An object that was as wanted and is not any more. Without a writer it is gone."""

    ref: Ref
    writer: str
    groups: tuple[str, ...]
    is_enough: bool = False


class _Undone(Struct, frozen=True):
    writer: str
    times: int
    at: float


class Watchful(Struct):
    """What was as wanted, and what was undone lately."""

    _wanted: Mapping[Ref, Part] = {}
    """What was wanted at the last look, all of it there but what differed then."""
    _differed: frozenset[Ref] = frozenset()
    _wrote: dict[Ref, Digest | None] = field(default_factory=dict)
    """What was written since."""
    _undone: dict[Ref, _Undone] = field(default_factory=dict)

    def look(
        self,
        parts: Mapping[Ref, Part],
        there: Mapping[Ref, OwnObject],
        differing: Collection[Ref],
        now: float,
    ) -> tuple[Drift, ...]:
        """Return what drifted since the last look; what is wanted and not there is differing."""
        found = [
            self._drift(parts[ref], there.get(ref), now)
            for ref in sorted(differing)
            if self._as_wanted(ref) == parts[ref].digest
        ]
        self._wanted, self._differed = parts, frozenset(differing)
        self._wrote.clear()
        return tuple(found)

    def _as_wanted(self, ref: Ref) -> Digest | None:
        """Return how an object was when it was as wanted, None if it was not."""
        part = None if ref in self._differed else self._wanted.get(ref)
        return self._wrote.get(ref, part.digest if part else None)

    def _drift(self, part: Part, own: OwnObject | None, now: float) -> Drift:
        writer = own.writer if own is not None else ""
        last = self._undone.get(part.ref)
        in_a_row = last is not None and last.writer == writer and now - last.at < IN_A_ROW
        times = last.times + 1 if last is not None and in_a_row else 1
        self._undone[part.ref] = _Undone(writer, times, now)
        return Drift(part.ref, writer, part.groups, times >= (ENOUGH if writer else MANY))

    def wrote(self, ref: Ref, as_wanted: Digest | None) -> None:
        """Take note that we wrote an object: as it is wanted, or as it stands in between."""
        self._wrote[ref] = as_wanted
