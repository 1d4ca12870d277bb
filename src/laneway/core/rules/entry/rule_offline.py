"""LW1309: an entry rule that is switched off."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.entry import RULE_OFFLINE
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find rules that only `online: true` would switch on."""
    for group in mesh.groups:
        for lane in group.lanes if group.group.strategy == "rule_based" else ():
            for rule in lane.rules:
                if not rule.online:
                    meta = lane.lane.meta
                    place = meta.place("spec", "ingressRules", rule.index, "online")
                    words = {"rule": rule.name or rule.index, "lane": lane.name}
                    yield finding(RULE_OFFLINE, place, str(meta.ref), **words)


CHECK = Check.of_mesh(RULE_OFFLINE, check)
