"""LW1414: a group hands a service over, and no VirtualService is there to take it."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.routing import DELEGATION_WITHOUT_ROOT
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.hosts import HostIndex
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan.delegated import DELEGATE_ANNOTATION, handing_over
from laneway.core.routing.plan.written import binds_mesh, mesh_hosts
from laneway.core.rules.check import Check


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find services that were to hand over and keep their host."""
    speakers = HostIndex(filter(binds_mesh, mesh.virtual_services), mesh_hosts)
    for kept in handing_over(mesh, speakers).kept:
        group = next(group for group in mesh.groups if group.name == kept.group)
        meta = group.group.meta
        place = meta.place("metadata", "annotations", DELEGATE_ANNOTATION)
        words = {"group": kept.group, "service": kept.named, "why": kept.why}
        yield finding(DELEGATION_WITHOUT_ROOT, place, str(meta.ref), **words)


CHECK = Check.of_mesh(DELEGATION_WITHOUT_ROOT, check, missing=True)
