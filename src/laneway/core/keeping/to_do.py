"""What has to be written and taken away, between what is wanted and what is there.

Comes in: digests of the objects wanted and of those of ours that are there, and who may not be
touched. Goes out: the objects that differ, by what is to be done. Which order is safe is said
elsewhere, and only what differs is ever looked into. An object that is not ours is never touched,
nor one of ours that was written for lanes this cluster does not know.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from laneway.core.keeping.own_objects import Digest, OwnObject
from laneway.core.keeping.wanted import Part, WantedObjects
from laneway.core.resources.meta import Ref

Settled = Mapping[Ref, tuple[Digest, Digest]]
"""What was written last, and what came of it, where these differ: others have a say in it too."""
Difference = tuple[Part, OwnObject | None]
"""What is wanted, and what is there in its place."""


NO_GROUP = ("",)
"""What objects belong to whose groups are all gone."""


class Bounds(Struct, frozen=True):
    """What may not be touched.

    `frozen` are groups (an empty name stands for objects of none), `namespaces` those that may be
    written (None: all), `foreign` objects of others.
    """

    frozen: Collection[str] = ()
    namespaces: frozenset[str] | None = None
    foreign: Collection[Ref] = ()

    def reaches(self, namespace: str) -> bool:
        """Whether a namespace may be written."""
        return self.namespaces is None or namespace in self.namespaces


class ToDo(Struct, frozen=True):
    """What differs.

    `waits` is what would be written if it were not frozen; `outside` and `taken` are wanted and
    cannot be: where they would stand, or for somebody who has their name.
    """

    writes: tuple[Ref, ...] = ()
    removes: tuple[Ref, ...] = ()
    outside: tuple[Ref, ...] = ()
    taken: tuple[Ref, ...] = ()
    waits: tuple[Ref, ...] = ()

    @property
    def differing(self) -> frozenset[Ref]:
        """What is wanted and is not there, or not so, whatever the reason."""
        return frozenset((*self.writes, *self.outside, *self.taken, *self.waits))

    def __bool__(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.writes or self.removes)


class Differences(Struct):
    """What differs, whoever may touch it.

    Of services it is remembered: an edit of weights leaves their thousands of objects as they are.
    What is settled is not, since it may come to be so with every object as it was.
    """

    _wanted: Mapping[Ref, Part] | None = None
    _there: Mapping[Ref, OwnObject] | None = None
    _of_services: tuple[Difference, ...] = ()
    _beyond: frozenset[Ref] = frozenset()
    """What is there and is wanted by no service."""

    def of(
        self, objects: WantedObjects, there: Mapping[Ref, OwnObject], settled: Settled
    ) -> tuple[tuple[Difference, ...], frozenset[Ref]]:
        """Return what is wanted and not there, or not so, and what is there and not wanted."""
        wanted = objects.of_services
        if self._wanted is not wanted or self._there is not there:
            self._of_services = tuple(_differing(wanted.values(), there))
            self._beyond = frozenset(there.keys() - wanted.keys())
            self._wanted, self._there = wanted, there
        differing = (*self._of_services, *_differing(objects.others, there))
        told = tuple(one for one in differing if not _is_settled(*one, settled))
        return told, self._beyond.difference(part.ref for part in objects.others)


def _differing(parts: Iterable[Part], there: Mapping[Ref, OwnObject]) -> Iterator[Difference]:
    for part in parts:
        own = there.get(part.ref)
        if own is None or own.digest != part.digest:
            yield part, own


def _is_settled(part: Part, own: OwnObject | None, settled: Settled) -> bool:
    """Whether writing it again would change nothing; a write without effect tells so as well."""
    return own is not None and settled.get(part.ref) == (part.digest, own.digest)


def to_do(
    differing: Sequence[Difference],
    surplus: Iterable[Ref],
    there: Mapping[Ref, OwnObject],
    bounds: Bounds,
) -> ToDo:
    """Say what is to be done. An object that several groups share stays while any is frozen."""
    frozen = set(bounds.frozen)
    frozen |= _bound_to(frozen, (part for part, _ in differing))
    writes, outside, taken, waits = [], [], [], []
    for part, own in differing:
        ref = part.ref
        if ref in bounds.foreign and own is None:
            taken.append(ref)
        elif not bounds.reaches(ref.namespace):
            outside.append(ref)
        elif frozen.isdisjoint(part.groups) and frozen.isdisjoint(own.groups if own else ()):
            writes.append(ref)
        else:
            waits.append(ref)
    removes = [
        ref
        for ref in surplus
        if there[ref].is_owned
        and bounds.reaches(ref.namespace)
        and frozen.isdisjoint(there[ref].groups or NO_GROUP)
    ]
    return ToDo(*(tuple(sorted(some)) for some in (writes, removes, outside, taken, waits)))


def _bound_to(frozen: set[str], differing: Iterable[Part]) -> set[str]:
    """Return the groups that share a rule with a frozen one, where that rule is to change.

    Their routes lead to its subsets, so they wait with it.
    """
    shared = [
        set(part.groups)
        for part in differing
        if part.ref.kind == "DestinationRule" and len(part.groups) > 1
    ]
    return set().union(*(groups for groups in shared if not frozen.isdisjoint(groups)))
