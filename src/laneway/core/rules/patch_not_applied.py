"""LW1222: patches of a group for policies and routes, which are read and not merged."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.lanes import PATCH_NOT_APPLIED
from laneway.core.findings.finding import Finding, finding
from laneway.core.findings.place import Step
from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.lanes import LaneGroup
from laneway.core.routing.plan import RoutePlan
from laneway.core.rules.check import Check


def check(mesh: Mesh, _plan: RoutePlan) -> Iterator[Finding]:
    """Find patches of groups and of their services."""
    for group in mesh.groups:
        meta = group.group.meta
        for path in _patches(group.group):
            words = {"field": path[-1], "group": group.name}
            yield finding(PATCH_NOT_APPLIED, meta.place("spec", *path), str(meta.ref), **words)


def _patches(group: LaneGroup) -> Iterator[tuple[Step, ...]]:
    if group.default_traffic_policy_patch:
        yield ("defaultTrafficPolicyPatch",)
    if group.default_http_route_patch:
        yield ("defaultHttpRoutePatch",)
    for service in group.services:
        if service.traffic_policy_patch:
            yield ("services", service.index, "trafficPolicyPatch")
        if service.http_route_patch:
            yield ("services", service.index, "httpRoutePatch")


CHECK = Check(PATCH_NOT_APPLIED, check)
