"""LW1511: something that Laneway cannot read may add pods to services of lanes."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.workloads import UNREAD_PODS
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.unknown_pods import behind_lanes
from laneway.core.rules.check import Check
from laneway.core.rules.questions.words import listing, short_host


def check(mesh: Mesh) -> Iterator[Finding]:
    """Name each such object once, with the services it touches."""
    for who, hosts in behind_lanes(mesh.unknown_pods, mesh.owner_of):
        ref = who.meta.ref
        words = {
            "what": ref,
            "services": listing([short_host(host) for host in hosts], limit=3),
            "why": who.why,
            "fix": who.fix,
        }
        yield finding(UNREAD_PODS, who.meta.place("kind"), str(ref), **words)


CHECK = Check.of_mesh(UNREAD_PODS, check)
