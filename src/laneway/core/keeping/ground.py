"""A Snapshot of a cluster's objects, in which what did not change is the very same object.

Comes in: what is held of each kind, whenever one of them changed. Goes out: a Snapshot whose value
does not depend on the order of arrival. The server's word that an object is new is not believed:
one that says what it said before is the one that was there, so that the compiler keeps its share.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain

from msgspec import Struct, field

from laneway.core.findings.finding import Finding
from laneway.core.keeping.held import Held
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.resources.kinds import Resource
from laneway.core.resources.meta import Ref
from laneway.core.resources.readings import by_kind


class _KindHeld(Struct, frozen=True):
    """The objects of one kind, in their order."""

    by_ref: Mapping[Ref, Resource] = {}
    resources: tuple[Resource, ...] = ()
    findings: tuple[Finding, ...] = ()
    lost: tuple[str, ...] = ()


class ClusterGround(Struct):
    """All objects, by the name of their kind."""

    _kinds: dict[str, _KindHeld] = field(default_factory=dict)

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
        ordered = tuple(sorted(by_ref.values(), key=lambda thing: thing.meta.order))
        told = chain.from_iterable(some for _, some in sorted(findings, key=lambda one: one[0]))
        self._kinds[name] = _KindHeld(by_ref, ordered, tuple(told), tuple(sorted(lost)))

    @property
    def snapshot(self) -> Snapshot:
        """Return all of it as one value."""
        kinds = [self._kinds[name] for name in sorted(self._kinds)]
        resources = tuple(chain.from_iterable(one.resources for one in kinds))
        findings = tuple(chain.from_iterable(one.findings for one in kinds))
        lost = tuple(chain.from_iterable(one.lost for one in kinds))
        return Snapshot(resources, findings, lost, {}, by_kind(resources))


def _are_same(old: Resource, new: Resource) -> bool:
    return old is new or old == new
