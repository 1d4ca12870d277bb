"""LW1303: lanes with an entry in a group that names no gateway."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.gateway import NO_GATEWAY
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan.entry_uses import entry_uses
from laneway.core.rules.check import Check
from laneway.core.rules.questions.words import counted


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find groups whose lanes have rules or weights that lead nowhere."""
    for group in mesh.groups:
        if group.group.gateway_name:
            continue
        lanes = list(dict.fromkeys(use.lane.name for use in entry_uses(group)))
        if lanes:
            meta = group.group.meta
            place = meta.place("spec", "ingress", "gateway", "name")
            words = {"group": group.name, "lanes": counted("lane", lanes)}
            yield finding(NO_GATEWAY, place, str(meta.ref), **words)


CHECK = Check.of_mesh(NO_GATEWAY, check)
