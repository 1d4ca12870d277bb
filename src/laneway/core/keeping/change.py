"""The change from what is there to what is wanted, as steps that are each safe by themselves.

Comes in: what has to be done, the objects concerned as they are, and as they shall be. Goes out:
steps, whose objects bear their owners. Where only owners differ nobody's requests are concerned:
such objects are written first, in any order. A change of thousands of objects goes by parts, so
that what is looked into at any moment is never more than a part; where order asks for it a stage is
gone by all of them before the next, in strides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import zip_longest

from msgspec import Struct

from laneway.core.changes.diff import diff
from laneway.core.changes.order import ChangeStep, Phase, stages_alone, steps
from laneway.core.changes.routes import hosts_of
from laneway.core.changes.subsets import host_of
from laneway.core.emit.manifest import Manifest
from laneway.core.keeping.own_objects import OwnObject
from laneway.core.keeping.packed import Packed
from laneway.core.resources.meta import Ref

Bodies = Mapping[Ref, Manifest]
TOGETHER = 50
"""Hosts whose objects are looked into at once: a part."""
STRIDE = 10
"""Parts that are written before it is asked who has them; all, where requests are let out first.

istiod sends what came in ten seconds, whatever else comes (PILOT_DEBOUNCE_MAX), and what comes
while it works on that is sent by twos and threes, each time to everybody.
https://istio.io/latest/docs/reference/commands/pilot-discovery/
"""


class PackedStep(Struct, frozen=True):
    """A step whose objects are packed."""

    phase: Phase
    writes: Packed
    removes: tuple[Ref, ...]
    drain: bool

    def unpacked(self) -> ChangeStep:
        """Return it with its objects."""
        return ChangeStep(self.phase, tuple(self.writes.values()), self.removes, self.drain)


class PartOfWay(Struct, frozen=True):
    """Some hosts' objects as they lie there, which follow the steps, and the steps by stage."""

    states: Packed
    stages: tuple[tuple[PackedStep, ...], ...]

    def go(self, step: PackedStep) -> None:
        """Take the state behind a step for the one that lies there."""
        self.states.take(step.writes)
        for ref in step.removes:
            self.states.drop(ref)


class Stride(Struct, frozen=True):
    """Steps of several parts that are gone at once, as each is safe beside the others.

    Its moves, a step each and the state before it, are unpacked one by one, and as often as they
    are gone through.
    """

    parts: tuple[tuple[PartOfWay, PackedStep], ...]

    def __iter__(self) -> Iterator[tuple[ChangeStep, Bodies]]:
        """Go through the moves."""
        return ((packed.unpacked(), part.states) for part, packed in self.parts)

    @property
    def phases(self) -> tuple[Phase, ...]:
        """What its steps are about."""
        return tuple(dict.fromkeys(packed.phase for _, packed in self.parts))

    @property
    def drain(self) -> bool:
        """Whether requests in flight are to be let out before."""
        return any(packed.drain for _, packed in self.parts)

    @property
    def writes(self) -> Iterator[Ref]:
        """What is written."""
        return (ref for _, packed in self.parts for ref in packed.writes)

    @property
    def removes(self) -> tuple[Ref, ...]:
        """What is taken away."""
        return tuple(ref for _, packed in self.parts for ref in packed.removes)

    def written(self, refs: Collection[Ref]) -> Iterator[Manifest]:
        """Unpack some of what is written."""
        for _, packed in self.parts:
            yield from (packed.writes[ref] for ref in packed.writes if ref in refs)

    def go(self) -> None:
        """Take the state behind it for the one that lies there."""
        for part, step in self.parts:
            part.go(step)


class Way(Struct, frozen=True):
    """Objects whose owners alone differ, and the parts of all else."""

    handed_over: Packed
    parts: tuple[PartOfWay, ...] = ()

    def strides(self) -> Iterator[Stride]:
        """Yield what is gone at once, stage by stage; whoever asks for the next has written it."""
        for stages in zip(*(part.stages for part in self.parts), strict=True):
            for some in zip_longest(*stages):
                there = zip(self.parts, some, strict=True)
                parts = tuple((part, packed) for part, packed in there if packed)
                is_drained = any(packed.drain for _, packed in parts)
                most = len(parts) if is_drained else STRIDE
                for at in range(0, len(parts), most):
                    yield (stride := Stride(parts[at : at + most]))
                    stride.go()


def is_for_some(there: Iterable[OwnObject]) -> bool:
    """Whether some rules are for single callers: a change of rules asks about all objects then."""
    return any(own.is_for_some for own in there)


def way_by_parts(before: Packed, after: Packed) -> Iterator[Way | None]:
    """Find the way part by part; the last that comes is the whole way.

    What comes before is None, one for each part that was looked into. Nothing comes last where the
    steps depend on objects that stay as they are; see `whole_way`.
    """
    handed_over, parts = Packed(), []
    for refs in _by_hosts(before, after):
        old = {ref: before[ref] for ref in refs if ref in before}
        new = {ref: after[ref] for ref in refs if ref in after}
        changes = diff(old.values(), new.values())
        for one in _same(old, new, {change.ref for change in changes.changes}):
            handed_over.put(one)
        if changes:
            stages = stages_alone(changes)
            if stages is None:
                return
            parts.append(PartOfWay(Packed(old.values()), tuple(map(_packed, stages))))
        yield None
    yield Way(handed_over, tuple(parts))


def whole_way(before: Bodies, after: Bodies, kept: Bodies) -> Way:
    """Return the way where objects that stay, `kept`, have a say in it."""
    stay = kept.values()
    changes = diff([*before.values(), *stay], [*after.values(), *stay])
    same = _same(before, after, {change.ref for change in changes.changes})
    states = Packed([*stay, *before.values()])
    return Way(Packed(same), (PartOfWay(states, tuple(_packed([one]) for one in steps(changes))),))


def _same(before: Bodies, after: Bodies, changed: set[Ref]) -> Iterator[Manifest]:
    """Yield what is to be written though nothing in it is another: its owners are."""
    return (one for ref, one in after.items() if ref in before and ref not in changed)


def _packed(some: Iterable[ChangeStep]) -> tuple[PackedStep, ...]:
    return tuple(PackedStep(one.phase, Packed(one.writes), one.removes, one.drain) for one in some)


def _by_hosts(before: Packed, after: Packed) -> Iterator[tuple[Ref, ...]]:
    """Yield all objects, those of some hosts at a time; all of one host come together."""
    found: dict[tuple[str, ...], list[Ref]] = {}
    for ref in dict.fromkeys((*before, *after)):
        found.setdefault(_hosts(after[ref] if ref in after else before[ref]), []).append(ref)
    ordered = list(found.values())
    for at in range(0, len(ordered), TOGETHER):
        yield tuple(ref for some in ordered[at : at + TOGETHER] for ref in some)


def _hosts(one: Manifest) -> tuple[str, ...]:
    if one.ref.kind == "DestinationRule":
        return (host_of(one),)
    return hosts_of(one) or (str(one.ref),)
