"""Joins what the files held into one Snapshot.

Comes in: the readings of all files. Goes out: a Snapshot whose value does not depend on the order
in which files arrived. An object written twice is kept once: the last in order, as applying the
files one after the other would leave it. Apart from reading, because only here two files meet. What
is known of a file is known once for all readings of it, so that thousands of files cost little.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from itertools import chain

from msgspec.structs import replace

from laneway.core.findings.codes import reading
from laneway.core.findings.finding import Finding, finding
from laneway.core.findings.place import Place, Source
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.resources.kinds import Resource
from laneway.core.resources.meta import Ref
from laneway.core.resources.readings import FileReading, joined
from laneway.core.resources.yaml.spelling import some


def gather(
    readings: Iterable[FileReading], findings: Iterable[Finding] = (), told: Collection[str] = ()
) -> Snapshot:
    """Join the readings of all files.

    `findings` are those about paths no file was read from, `told` the files that they name already.
    """
    ordered = sorted(readings, key=lambda found: found.path)
    resources = tuple(chain.from_iterable(found.resources for found in ordered))
    foreign = [found.path for found in ordered if found.foreign and found.path not in told]
    notes = [*findings, *(note for found in ordered for note in found.findings), *_foreign(foreign)]
    unread = tuple(found.path for found in ordered if found.unread)
    others: Counter[str] = Counter()
    for found in ordered:
        others.update(found.other_kinds)
    last: dict[Ref, Resource] = {}
    for found in ordered:
        last.update(found.by_ref)
    other_kinds = dict(sorted(others.items()))
    settings = tuple(one for found in ordered for one in found.settings)
    if len(last) < len(resources):
        notes += _repetitions(resources)
        kept = Snapshot.of(last.values(), notes, unread, other_kinds)
        return replace(kept, settings=settings)
    kinds = joined(found.by_kind for found in ordered)
    return Snapshot(resources, tuple(notes), unread, other_kinds, kinds, settings=settings)


def _foreign(paths: list[str]) -> list[Finding]:
    """Name all files without an object in one finding."""
    if not paths:
        return []
    place = Place(Source(paths[0]))
    return [finding(reading.FOREIGN_FILES, place, files=some(paths))]


def _repetitions(resources: Iterable[Resource]) -> list[Finding]:
    """Return a finding for each object that was written again."""
    seen: dict[Ref, Resource] = {}
    findings = []
    for resource in resources:
        earlier = seen.get(resource.meta.ref)
        if earlier is not None:
            findings.append(_repeated(earlier, resource))
        seen[resource.meta.ref] = resource
    return findings


def _repeated(earlier: Resource, later: Resource) -> Finding:
    alike = earlier.meta.raw == later.meta.raw
    code = reading.WRITTEN_TWICE_ALIKE if alike else reading.WRITTEN_TWICE
    source = earlier.meta.source
    other = f"{source.path}, in the document that begins in line {source.first_line}"
    ref = str(later.meta.ref)
    return finding(code, later.meta.place("metadata", "name"), ref, ref=ref, other=other)
