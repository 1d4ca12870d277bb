"""LW1335: a host of a lane's entry that Istio takes in no VirtualService."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.gateway import ILLEGAL_HOST
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan.entry_hosts import illegal_hosts
from laneway.core.rules.check import Check


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find them among the hosts of rules that are on, or of the weighted rule."""
    for group in mesh.groups:
        for one in illegal_hosts(group):
            words = {"host": repr(one.host), "owner": one.said}
            yield finding(ILLEGAL_HOST, one.place, str(one.subject), **words)


CHECK = Check.of_mesh(ILLEGAL_HOST, check)
