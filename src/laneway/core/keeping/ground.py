"""A Snapshot of a cluster's objects, in which what did not change is the very same object.

Comes in: what is held of each kind, whenever one of them changed. Goes out: a Snapshot whose value
does not depend on the order of arrival. The server's word that an object is new is not believed:
one that says what it said before is the one that was there, so that the compiler keeps its share.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from operator import is_

from msgspec import Struct, field

from laneway.core.findings.finding import Finding
from laneway.core.keeping.held import Held
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.resources.kinds import Resource
from laneway.core.resources.meta import Ref
from laneway.core.resources.readings import by_kind, joined


class _KindHeld(Struct, frozen=True):
    """The objects of one kind, in their order."""

    by_ref: Mapping[Ref, Resource] = {}
    resources: tuple[Resource, ...] = ()
    findings: tuple[Finding, ...] = ()
    lost: tuple[str, ...] = ()
    by_kind: Mapping[type, tuple[Resource, ...]] = {}

    def is_same(self, other: _KindHeld) -> bool:
        """Whether both hold the very same objects, and the same was found in reading them."""
        return (
            len(self.resources) == len(other.resources)
            and all(map(is_, self.resources, other.resources))
            and (self.findings, self.lost) == (other.findings, other.lost)
        )


class ClusterGround(Struct):
    """All objects, by the name of their kind."""

    _kinds: dict[str, _KindHeld] = field(default_factory=dict)
    _snapshot: Snapshot | None = None

    def take(self, name: str, held: Iterable[Held]) -> None:
        """Take what there is of a kind now; unchanged objects stay the ones there were."""
        before = self._kinds.get(name, _KindHeld())
        by_ref: dict[Ref, Resource] = {}
        findings: list[tuple[str, tuple[Finding, ...]]] = []
        lost: list[str] = []
        for one in held:
            new = one.resource
            path = new.meta.source.path if new is not None else name
            if new is not None:
                old = before.by_ref.get(new.meta.ref)
                by_ref[new.meta.ref] = old if old is not None and _are_same(old, new) else new
            if one.findings:
                findings.append((path, one.findings))
            if one.is_lost:
                lost.append(path)
        if by_ref.keys() == before.by_ref.keys():  # an order of identities, whatever they say
            ordered = tuple(by_ref[one.meta.ref] for one in before.resources)
        else:
            ordered = tuple(sorted(by_ref.values(), key=lambda thing: thing.meta.order))
        told = chain.from_iterable(some for _, some in sorted(findings, key=lambda one: one[0]))
        now = _KindHeld(by_ref, ordered, tuple(told), tuple(sorted(lost)), by_kind(ordered))
        if not now.is_same(before):
            self._kinds[name], self._snapshot = now, None

    @property
    def snapshot(self) -> Snapshot:
        """Return all of it as one value, the very same until something changes."""
        if self._snapshot is None:
            kinds = [self._kinds[name] for name in sorted(self._kinds)]
            resources = tuple(chain.from_iterable(one.resources for one in kinds))
            findings = tuple(chain.from_iterable(one.findings for one in kinds))
            lost = tuple(chain.from_iterable(one.lost for one in kinds))
            kept = joined(one.by_kind for one in kinds)
            self._snapshot = Snapshot(resources, findings, lost, {}, kept)
        return self._snapshot


def _are_same(old: Resource, new: Resource) -> bool:
    return old is new or old == new
