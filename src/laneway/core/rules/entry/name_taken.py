"""LW1322: a name Laneway would use belongs to another object."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.entry import NAME_TAKEN
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.meta import Meta
from laneway.core.routing.plan.object_names import ObjectNames
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.routing.plan.service_names import Renamed
from laneway.core.rules.check import Check
from laneway.core.rules.questions.words import counted


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Find objects that had to get another name, and who has the plain one."""
    for renamed in ObjectNames(plan).renamed:
        owner = _owner(mesh, renamed)
        group = mesh.group(renamed.groups[0])
        meta = owner or (group.group.meta if group else None)
        if meta is not None:
            words = {
                "wanted": renamed.wanted,
                "other": owner.ref if owner else "another object of Laneway's",
                "groups": counted("group", renamed.groups),
                "given": renamed.given,
            }
            yield finding(NAME_TAKEN, meta.place("metadata", "name"), str(meta.ref), **words)


def _owner(mesh: Mesh, renamed: Renamed) -> Meta | None:
    """Return the head of the user's object of that name, if it is one of theirs."""
    heads = [service.meta for service in mesh.virtual_services]
    heads += [rule.meta for rule in mesh.destination_rules]
    heads += [carrier.meta for carrier in mesh.carriers]
    return next((meta for meta in heads if meta.name == renamed.wanted), None)


CHECK = Check(NAME_TAKEN, check)
