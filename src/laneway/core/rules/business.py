"""LW1227: findings about objects that touch no lane are counted, and not told one by one.

Comes in: all findings. Goes out: those that are the lanes' business, and one that counts the rest.
Of an object that could not be read as a whole nobody knows what it touches, so in a namespace of
lane services and in the root namespace its findings stay.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from laneway.core.findings.codes.lanes import NOT_OF_LANES
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import ROOT_NAMESPACE
from laneway.core.resources.kinds import Resource
from laneway.core.rules.questions.concern import Concern
from laneway.core.rules.questions.words import listing

_SHAPE = "LW11"


def of_lanes(mesh: Mesh, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the findings that are the lanes' business, and one that counts the others."""
    named = {str(thing.meta.ref): thing for thing in mesh.snapshot.resources}
    concern = Concern(mesh)
    known: dict[str, bool] = {}
    kept: list[Finding] = []
    apart: list[Finding] = []
    for one in findings:
        thing = named.get(one.subject)
        if thing is None:
            kept.append(one)
            continue
        if one.subject not in known:
            known[one.subject] = concern.is_touched_by(thing)
        mine = known[one.subject] or (one.code.id.startswith(_SHAPE) and _may(concern, thing))
        (kept if mine else apart).append(one)
    return (*kept, _counted(apart)) if apart else tuple(kept)


def _may(concern: Concern, thing: Resource) -> bool:
    """Whether an object of which a part could not be read may touch a lane."""
    return thing.meta.namespace in concern.namespaces | {ROOT_NAMESPACE}


def _counted(apart: Sequence[Finding]) -> Finding:
    codes = Counter(one.code.id for one in apart)
    objects = len({one.subject for one in apart})
    words = {
        "findings": f"{len(apart):,} finding{'s' if len(apart) > 1 else ''}",
        "objects": f"{objects:,} object{'s' if objects > 1 else ''}",
        "touch": "touch" if objects > 1 else "touches",
        "are": "are" if len(apart) > 1 else "is",
        "codes": listing(f"{code} ({count:,})" for code, count in codes.most_common()),
    }
    return finding(NOT_OF_LANES, None, **words)
