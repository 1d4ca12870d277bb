"""LW1227: findings about objects that touch no lane are counted, and not told one by one.

Comes in: all findings. Goes out: those that are the lanes' business, and one that counts the rest,
so that what is wrong with a few lanes is not lost among what is wrong with a whole cluster.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from laneway.core.findings.codes.lanes import NOT_OF_LANES
from laneway.core.findings.finding import Finding, unplaced
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.ask.concern import Concern
from laneway.core.rules.questions.words import listing


def of_lanes(
    mesh: Mesh, findings: Sequence[Finding], touched: dict[str, bool]
) -> tuple[Finding, ...]:
    """Return the findings that are the lanes' business, and one that counts the others.

    `touched` says of whom it is known whether lanes touch them, and is told of the others.
    """
    concern = Concern(mesh, findings, touched)
    kept: list[Finding] = []
    apart: list[Finding] = []
    for one in findings:
        (apart if concern.is_foreign(one) else kept).append(one)
    return (*kept, _counted(apart)) if apart else tuple(kept)


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
    return unplaced(NOT_OF_LANES, **words)
