"""LW1205: a lane name that cannot be the name of a subset."""

from __future__ import annotations

import re
from collections.abc import Iterator

from laneway.core.findings.codes.lanes import ILLEGAL_LANE_NAME
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.matching import is_dns_label
from laneway.core.rules.check import Check


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find lanes whose name is no DNS label."""
    for group in mesh.groups:
        for lane in group.excluded:
            name = lane.meta.name
            if not is_dns_label(name):
                place = lane.meta.place("metadata", "name")
                words = {"lane": name, "proposal": _legal(name)}
                yield finding(ILLEGAL_LANE_NAME, place, str(lane.meta.ref), **words)


def _legal(name: str) -> str:
    """Return the legal name nearest to one that is not."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower())[:63].strip("-") or "s1"


CHECK = Check.of_mesh(ILLEGAL_LANE_NAME, check)
