"""LW1428: fields of a user's object that touch lanes and are not followed; once an object."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.routing import FIELD_NOT_FOLLOWED
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.yaml.spelling import spell
from laneway.core.routing.ask.unfollowed import unfollowed
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.rules.check import Check
from laneway.core.rules.questions.words import listing


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Find them; the first field is the place."""
    for fields in unfollowed(mesh, plan):
        meta = fields[0].meta
        reasons = dict.fromkeys(one.field.because for one in fields)
        words = {
            "user": meta.ref,
            "fields": listing(spell(one.path) for one in fields),
            "because": "; ".join(reasons),
        }
        yield finding(FIELD_NOT_FOLLOWED, meta.place(*fields[0].path), str(meta.ref), **words)


CHECK = Check(FIELD_NOT_FOLLOWED, check)
