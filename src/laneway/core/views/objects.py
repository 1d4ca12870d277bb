"""All objects of a mesh as a list, a page of it at a time.

Comes in: a compilation, and which objects are asked for. Goes out: rows with owner, place and
findings, made for that page alone; and how many there are of each kind, to choose by.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from laneway.core.compile import Compilation
from laneway.core.findings.finding import Finding
from laneway.core.findings.render import LEVELS
from laneway.core.resources.kinds import Resource
from laneway.core.views.owners import owner_of
from laneway.core.views.paging import ListPart, paged
from laneway.core.views.resource import place_of

View = dict[str, Any]


class ObjectFilter(Struct, frozen=True):
    """Which objects are asked for; what is empty asks for nothing."""

    part: ListPart = ListPart()
    kind: str = ""
    namespace: str = ""
    owner: str = ""
    level: str = ""


def objects_view(compilation: Compilation, wish: ObjectFilter) -> View:
    """Return a page of objects, and how many there are of each kind."""
    counts = _counted(compilation.findings)
    chosen = [one for one in compilation.snapshot.resources if _is_chosen(one, wish, counts)]
    kinds = Counter(one.meta.ref.kind for one in compilation.snapshot.resources)
    return {
        "kinds": dict(sorted(kinds.items())),
        **paged(chosen, wish.part, lambda one: _row(one, counts)),
    }


def _is_chosen(one: Resource, wish: ObjectFilter, counts: Mapping[str, Counter[str]]) -> bool:
    ref = one.meta.ref
    found = counts.get(str(ref))
    return (
        wish.kind in ("", ref.kind)
        and wish.namespace in ("", ref.namespace)
        and (not wish.level or (found is not None and found[wish.level] > 0))
        and wish.part.is_asked(ref.kind, ref.namespace, ref.name)
        and (not wish.owner or owner_of(one).kind == wish.owner)
    )


def _row(one: Resource, counts: Mapping[str, Counter[str]]) -> View:
    ref, kept = one.meta.ref, owner_of(one)
    found = counts.get(str(ref), Counter())
    return {
        "object": {"kind": ref.kind, "namespace": ref.namespace, "name": ref.name},
        "owner": {"kind": kept.kind, "words": kept.words},
        "place": place_of(one.meta),
        "findings": {level: found[level] for level in LEVELS},
    }


def _counted(findings: Sequence[Finding]) -> Mapping[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for one in findings:
        found.setdefault(one.subject, Counter())[one.level] += 1
    return found
