"""The whole input of a compilation, frozen.

Comes in: every resource that was read, in the order of its place (file, document, position), and
what could not be read. Goes out: the same as one value, so a bug report is one file. Order is data:
the order in which things arrived never matters, `Snapshot.of` sorts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import is_

from msgspec import Struct

from laneway.core.findings.finding import Finding
from laneway.core.mesh.not_read import NotRead
from laneway.core.resources.kinds import Resource
from laneway.core.resources.kubernetes.settings import ProgramSettings
from laneway.core.resources.meta import Ref
from laneway.core.resources.packages.program_packages import ProgramPackages
from laneway.core.resources.readings import by_kind

__all__ = ["Resource", "Snapshot"]


class Snapshot(Struct, frozen=True):
    """The only input of the compiler.

    `findings` are those of reading. `unread` names the files that could not be read at all: nobody
    knows what they contained, so with any of them every group is held. `other_kinds` counts the
    objects that passed by untouched, by kind. `by_kind` are the resources by their type. `not_read`
    are the kinds of a cluster of which it is not known what there is. `settings` are what objects
    of other kinds tell programs, `packages` what files list of the programs of workloads; no route
    depends on them.
    """

    resources: tuple[Resource, ...] = ()
    findings: tuple[Finding, ...] = ()
    unread: tuple[str, ...] = ()
    other_kinds: Mapping[str, int] = {}
    by_kind: Mapping[type, tuple[Resource, ...]] = {}
    not_read: tuple[NotRead, ...] = ()
    settings: tuple[ProgramSettings, ...] = ()
    packages: Mapping[Ref, ProgramPackages] = {}

    @classmethod
    def of(
        cls,
        resources: Iterable[Resource],
        findings: Iterable[Finding] = (),
        unread: Iterable[str] = (),
        other_kinds: Mapping[str, int] | None = None,
    ) -> Snapshot:
        """Build a snapshot whose value does not depend on the order of arrival."""
        ordered = tuple(sorted(resources, key=lambda resource: resource.meta.order))
        kinds = by_kind(ordered)
        return cls(ordered, tuple(findings), tuple(sorted(unread)), dict(other_kinds or {}), kinds)

    def is_same(self, other: Snapshot) -> bool:
        """Whether both hold the very same objects, and the same was found in reading them."""
        return self is other or (
            len(self.resources) == len(other.resources)
            and all(map(is_, self.resources, other.resources))
            and self.findings == other.findings
            and (self.unread, self.not_read) == (other.unread, other.not_read)
            and (self.settings, self.packages) == (other.settings, other.packages)
        )
