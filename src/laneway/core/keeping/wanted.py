"""The objects that should be there, as digests; each is spelled again when its body is needed.

Comes in: a compilation and who owns what. Goes out: identity and digest of every object, and the
groups it serves. Bodies are let go of at once, since those of a large mesh weigh more than all else
together. What an edit did not touch is not spelled again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from laneway.core.compile import Compilation
from laneway.core.emit.istio import Layout, ObjectSpelling
from laneway.core.emit.manifest import Manifest
from laneway.core.findings.finding import Finding
from laneway.core.keeping.confirmed import digests_by_group
from laneway.core.keeping.own_objects import Digest, digest_of
from laneway.core.keeping.owners import Owner, group_owner, groups_of, owned
from laneway.core.mesh.names import Host
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.scoped_ground import Scoping

if TYPE_CHECKING:
    from laneway.core.routing.plan.route_plan import Entry
    from laneway.core.routing.plan.scoped import ScopedPlan

_SPELLED_AT_ONCE = 100
"""Services after which what was spelled for others is let go of."""


class Owners(Struct, frozen=True):
    """The installation, and the uid of every group there is."""

    installation: Owner
    groups: Mapping[str, str] = {}

    def of(self, groups: Iterable[str]) -> list[Owner]:
        """Return the owners of an object of some groups."""
        known = (group_owner(one, self.groups[one]) for one in groups if one in self.groups)
        return [self.installation, *known]


class Part(Struct, frozen=True):
    """One object that should be there."""

    ref: Ref
    digest: Digest
    groups: tuple[str, ...]


class WantedObjects(Struct, frozen=True, dict=True):
    """All objects that should be there, by what they are made from.

    `scoped` is what is decided for layout `scoped`, None in another.
    """

    compilation: Compilation
    scoped: ScopedPlan | None
    owners: Owners
    services: Mapping[Host, tuple[Part, ...]]
    entries: tuple[Part, ...]
    first: tuple[Part, ...]

    @cached_property
    def parts(self) -> Mapping[Ref, Part]:
        """Every object by its identity."""
        return {**self.of_services, **{part.ref: part for part in self.others}}

    @cached_property
    def of_services(self) -> Mapping[Ref, Part]:
        """The objects that services have, by identity; the very same while `services` are."""
        return {part.ref: part for some in self.services.values() for part in some}

    @cached_property
    def digests(self) -> Mapping[str, str]:
        """A digest of the objects of each group."""
        return digests_by_group(self.parts.values())

    @property
    def others(self) -> tuple[Part, ...]:
        """The few objects that are nobody's of services."""
        return (*self.first, *self.entries)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What a user of lanes should know, of the layout as well."""
        return self.compilation.findings_with(self.scoped)

    def spelled(self, refs: Iterable[Ref]) -> Iterator[Manifest]:
        """Spell some of the objects again, those of one service at a time."""
        asked = set(refs)
        spelling = _spelling(self.compilation, self.scoped)
        if any(part.ref in asked for part in self.first):
            yield from (one for one in spelling.first() if one.ref in asked)
        others = asked.difference(part.ref for part in self.others)
        for number, (host, parts) in enumerate(self.services.items() if others else ()):
            if number % _SPELLED_AT_ONCE == 0:
                _let_go(spelling)
            if any(part.ref in others for part in parts):
                yield from (one for one in _of_service(spelling, host) if one.ref in others)
        for entry, part in zip(self.compilation.plan.entries, self.entries, strict=True):
            if part.ref in asked:
                yield spelling.entry(entry)

    def owned(self, manifest: Manifest) -> dict[str, object]:
        """Return an object as it is applied, with the owners it shall have."""
        part = self.parts.get(manifest.ref)
        groups = part.groups if part else groups_of(manifest.body, ())
        return owned(manifest.body, self.owners.of(groups))


def wanted_objects(
    compilation: Compilation, layout: Layout, owners: Owners, before: WantedObjects | None = None
) -> WantedObjects:
    """Digest all objects of a compilation; those made from the very same keep their digests.

    In layout `scoped` a rule is about many services: all are kept, or none.
    """
    decided = before.scoped if before else None
    scoped = compilation.scoped(Scoping(), decided) if layout == "scoped" else None
    alike = before is not None and before.owners == owners and before.scoped is scoped
    making = _Making(compilation, scoped, owners, before if alike else None)
    made = WantedObjects(
        compilation,
        scoped,
        owners,
        services=making.services(),
        entries=tuple(making.entry(one) for one in compilation.plan.entries),
        first=making.first(),
    )
    if before is not None and made.services is before.services:
        vars(made)["of_services"] = before.of_services
    return made


def _spelling(compilation: Compilation, scoped: ScopedPlan | None) -> ObjectSpelling:
    layout: Layout = "istio" if scoped is None else "scoped"
    return ObjectSpelling(compilation.mesh, compilation.plan, layout, scoped=scoped)


def _let_go(spelling: ObjectSpelling) -> None:
    """Forget what was spelled, and is spelled but once for objects that have it alike."""
    spelling.spelled.clear()
    spelling.subsets.clear()


def _of_service(spelling: ObjectSpelling, host: Host) -> Iterator[Manifest]:
    made = spelling.service(host, spelling.plan.lane_subsets[host])
    yield from made.rules
    yield from made.routes


class _Making:
    """One round of digests, and the one before."""

    def __init__(
        self,
        compilation: Compilation,
        scoped: ScopedPlan | None,
        owners: Owners,
        before: WantedObjects | None,
    ) -> None:
        self.compilation = compilation
        self.plan = compilation.plan
        self.owners = owners
        self.before = before
        self.spelling = _spelling(compilation, scoped)
        self.names = tuple(group.name for group in compilation.mesh.groups)

    def part(self, manifest: Manifest, sharing: tuple[str, ...] = ()) -> Part:
        """Digest an object; `sharing` are its groups where no label names one."""
        groups = groups_of(manifest.body, sharing)
        digest = digest_of(owned(manifest.body, self.owners.of(groups)))
        return Part(manifest.ref, digest, groups)

    def first(self) -> tuple[Part, ...]:
        """Digest the rules for single callers; they are kept as long as what is decided of them."""
        if self.before:
            return self.before.first
        return tuple(self.part(one, self.names) for one in self.spelling.first())

    def services(self) -> Mapping[Host, tuple[Part, ...]]:
        """Digest the objects of every service; where calls are as before, so are they all."""
        if self.before and self.before.compilation.plan.inside is self.plan.inside:
            return self.before.services
        found = {}
        for number, host in enumerate(self.plan.lane_subsets):
            if number % _SPELLED_AT_ONCE == 0:
                _let_go(self.spelling)
            kept = self._kept(host)
            found[host] = kept or tuple(map(self.part, _of_service(self.spelling, host)))
        return found

    def _kept(self, host: Host) -> tuple[Part, ...]:
        """Return the digests of before if the service is planned as it was then."""
        parts = self.before.services.get(host, ()) if self.before else ()
        if self.before is None or not parts:
            return ()
        old, new = self.before.compilation.plan, self.plan
        is_same = (
            old.lane_subsets[host] is new.lane_subsets[host]
            and old.hops[host] is new.hops[host]
            and old.delegated.get(host) == new.delegated.get(host)
            and parts[0].ref.name.endswith(f"-{self.spelling.names.stem(host)}")
        )
        return parts if is_same else ()

    def entry(self, entry: Entry) -> Part:
        """Digest an entry's object."""
        return self.part(self.spelling.entry(entry), entry.groups)
