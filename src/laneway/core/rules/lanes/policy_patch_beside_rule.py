"""LW1223: a trafficPolicy patch for a host of which a DestinationRule of the user's speaks."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.lanes import POLICY_PATCH_BESIDE_RULE
from laneway.core.findings.finding import Finding, finding
from laneway.core.findings.place import Step
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.mesh.names import Host, service_host
from laneway.core.routing.plan.lane_subsets import RulePlace
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.rules.check import Check
from laneway.core.rules.questions.words import short_host


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Find places of lanes' rules that a patch cannot reach."""
    for group in mesh.groups:
        for host in group.hosts:
            planned = plan.lane_subsets.get(host)
            if planned is None or not group.patches.of(host).traffic_policy:
                continue
            for number, place in enumerate(planned.places):
                if place.shared_with is not None:
                    yield _found(group, host, place, home=number == 0)


def _found(group: Group, host: Host, place: RulePlace, *, home: bool) -> Finding:
    meta = group.group.meta
    path = _patch_path(group, host)
    return finding(
        POLICY_PATCH_BESIDE_RULE,
        meta.place("spec", *path),
        str(meta.ref),
        patch=path[-1],
        group=group.name,
        host=short_host(host),
        callers="" if home else f" for callers in namespace {place.namespace}",
        user=place.shared_with,
    )


def _patch_path(group: Group, host: Host) -> tuple[Step, ...]:
    """Return where the policy is patched: at the service, or for all services."""
    for service in group.group.services:
        if service.traffic_policy_patch and service_host(service.name, service.namespace) == host:
            return ("services", service.index, "trafficPolicyPatch")
    return ("defaultTrafficPolicyPatch",)


CHECK = Check(POLICY_PATCH_BESIDE_RULE, check)
