"""What one file holds, piece by piece.

Comes in: what the reader made of each piece. Goes out: a Reading of the whole file, and its
findings. Apart from the reader, because a later reading of the same file begins with this one:
pieces that stand unchanged are taken over as they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import chain

from msgspec import Struct

from laneway.core.findings.codes import reading
from laneway.core.findings.finding import Finding
from laneway.core.resources.kinds import Resource
from laneway.core.resources.kubernetes.settings import ProgramSettings
from laneway.core.resources.meta import Ref
from laneway.core.resources.yaml.splitting import Piece

_OF_THE_STREAM = frozenset({reading.MARKER_LINE, reading.BEHIND_THE_END})
"""Faults for which kubectl refuses or drops more than the document they are in."""

_AMONG_OTHERS = frozenset({*_OF_THE_STREAM, reading.NO_OBJECT})


class FilePart(Struct, frozen=True):
    """What one piece of a file holds, and the piece itself, so that it need not be read again.

    `broken` means that its text could not be understood, `lost` that an object in it could not.
    """

    piece: Piece
    number: int
    used: int
    resources: tuple[Resource, ...]
    findings: tuple[Finding, ...]
    broken: bool
    lost: bool
    listed: bool
    other_kinds: Mapping[str, int]
    settings: tuple[ProgramSettings, ...] = ()

    @property
    def is_foreign(self) -> bool:
        """Whether no Kubernetes object is in it, not even an empty list."""
        return not (self.resources or self.other_kinds or self.lost or self.listed)


class FileReading(Struct, frozen=True, dict=True):
    """What one file holds.

    `unread` says that some part could not be understood at all, `foreign` that something is in the
    file and no Kubernetes object.
    """

    path: str
    resources: tuple[Resource, ...] = ()
    findings: tuple[Finding, ...] = ()
    unread: bool = False
    other_kinds: Mapping[str, int] = {}
    foreign: bool = False
    parts: tuple[FilePart, ...] = ()
    settings: tuple[ProgramSettings, ...] = ()

    @cached_property
    def by_ref(self) -> Mapping[Ref, Resource]:
        """The resources by identity; of those written twice the last one."""
        return {resource.meta.ref: resource for resource in self.resources}

    @cached_property
    def by_kind(self) -> Mapping[type, tuple[Resource, ...]]:
        """The resources by type."""
        return by_kind(self.resources)


def by_kind(resources: Iterable[Resource]) -> Mapping[type, tuple[Resource, ...]]:
    """Part resources by their types, keeping their order."""
    found: dict[type, list[Resource]] = {}
    for resource in resources:
        found.setdefault(type(resource), []).append(resource)
    return {kind: tuple(some) for kind, some in found.items()}


def joined(
    parts: Iterable[Mapping[type, tuple[Resource, ...]]],
) -> Mapping[type, tuple[Resource, ...]]:
    """Join what several hold by type; what one alone holds is the very same."""
    kinds: dict[type, list[tuple[Resource, ...]]] = {}
    for part in parts:
        for kind, held in part.items():
            kinds.setdefault(kind, []).append(held)
    return {
        kind: held[0] if len(held) == 1 else tuple(chain.from_iterable(held))
        for kind, held in kinds.items()
    }


def findings_of(parts: Iterable[FilePart], *, unread: bool) -> Iterator[Finding]:
    """Yield what is wrong in the parts of a file that holds objects.

    Of documents of other programs among them only the first is named, and what is wrong in them
    only if it keeps others from being read.
    """
    named = False
    for part in parts:
        for one in part.findings:
            if one.code is reading.NO_OBJECT and named:
                continue
            if (part.broken and unread) or not part.is_foreign or one.code in _AMONG_OTHERS:
                named = named or one.code is reading.NO_OBJECT
                yield one


def counted(kinds: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Add up the objects of each kind."""
    total: Counter[str] = Counter()
    for found in kinds:
        if found:
            total.update(found)
    return dict(sorted(total.items()))
