"""LW1214: published fields that are read and change nothing."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.lanes import FIELD_WITHOUT_EFFECT
from laneway.core.findings.finding import Finding, finding
from laneway.core.findings.place import Step
from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.lanes.swim_lanes import ServiceReference
from laneway.core.resources.meta import Meta
from laneway.core.rules.check import Check


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find autoUpdate, and the cluster of the first service that names one."""
    for group in mesh.groups:
        written = group.group
        if written.auto_update:
            yield _found(written.meta, "autoUpdate", f"group {group.name}", ("autoUpdate",))
        yield from _clusters(written.meta, f"group {group.name}", written.services)
        for lane in group.lanes:
            yield from _clusters(lane.lane.meta, f"lane {lane.name}", lane.lane.services)


def _clusters(meta: Meta, owner: str, services: tuple[ServiceReference, ...]) -> Iterator[Finding]:
    named = next((service for service in services if service.cluster), None)
    if named is not None:
        yield _found(meta, "services[].cluster", owner, ("services", named.index, "cluster"))


def _found(meta: Meta, field: str, owner: str, path: tuple[Step, ...]) -> Finding:
    place = meta.place("spec", *path)
    return finding(FIELD_WITHOUT_EFFECT, place, str(meta.ref), field=field, owner=owner)


CHECK = Check.of_mesh(FIELD_WITHOUT_EFFECT, check)
