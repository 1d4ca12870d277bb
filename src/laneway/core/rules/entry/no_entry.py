"""LW1323: a group into whose lanes nothing leads."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.entry import NO_ENTRY
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.routing.plan.entry_uses import entry_uses
from laneway.core.rules.check import Check
from laneway.core.rules.questions.destinations import written_destinations


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find groups that neither a lane's entry nor a user's route enters."""
    reached = {(one.host, one.destination.subset) for one in written_destinations(mesh)}
    for group in mesh.groups:
        if group.held or not group.lanes or any(entry_uses(group)):
            continue
        if not _is_named(group, {subset for host, subset in reached if host in group.hosts}):
            meta = group.group.meta
            place = meta.place("metadata", "name")
            yield finding(NO_ENTRY, place, str(meta.ref), group=group.name)


def _is_named(group: Group, subsets: set[str]) -> bool:
    return any(lane.name in subsets for lane in group.lanes)


CHECK = Check.of_mesh(NO_ENTRY, check, missing=True)
