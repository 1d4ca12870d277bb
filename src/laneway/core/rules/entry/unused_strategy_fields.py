"""LW1316: fields of the entry strategy that the group does not use."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.entry import UNUSED_STRATEGY_FIELDS
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.resources.meta import Meta
from laneway.core.rules.check import Check


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find rules in weighted groups, and weights in groups that go by rules."""
    for group in mesh.groups:
        weighted = group.group.strategy == "weighted"
        if group.group.weighted is not None and not weighted:
            yield _found(group, group.group.meta, f"group {group.name}", _WEIGHTED_RULE)
        for lane in group.lanes:
            unused = bool(lane.rules) if weighted else lane.weight is not None
            if unused:
                path = ("spec", "ingressRules" if weighted else "ingressWeight")
                yield _found(group, lane.lane.meta, f"lane {lane.name}", path)


def _found(group: Group, meta: Meta, owner: str, path: tuple[str, ...]) -> Finding:
    words = {"field": path[-1], "owner": owner, "strategy": group.group.strategy}
    return finding(UNUSED_STRATEGY_FIELDS, meta.place(*path), str(meta.ref), **words)


_WEIGHTED_RULE = ("spec", "ingress", "ingressRouting", "weightedRoutingRule")

CHECK = Check.of_mesh(UNUSED_STRATEGY_FIELDS, check)
