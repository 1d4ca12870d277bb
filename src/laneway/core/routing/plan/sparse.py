"""Which services of permissive groups need no objects at all, since no lane changes them.

Comes in: a mesh and its plan. Goes out: hosts, and the plan without them. Istio's default route
leads to all pods of such a service, and all of them are of the lane that answers for every lane.
What is given up is said to whoever asks for it: a request that forgot its lane is not put into its
caller's lane there, and pods of another lane that come up later get everybody's requests. It
refuses services of which anything else is asked, or whose pods are not all known.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from laneway.core.mesh.membership import is_in, planning_owner
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import Host
from laneway.core.mesh.patches import NO_PATCH
from laneway.core.routing.plan.route_plan import Forward, RoutePlan
from laneway.core.routing.plan.service_input import HopsByHost, ServiceInput, share_of
from laneway.core.routing.plan.written import subsets_asked


def unchanged(mesh: Mesh, plan: RoutePlan) -> tuple[Host, ...]:
    """Return the services of permissive groups that no lane changes, in the order of the plan."""
    named = {*_entered(plan), *subsets_asked(mesh), *plan.delegated}
    return tuple(
        host
        for host, made in plan.made_from.items()
        if isinstance(made, ServiceInput)
        and host not in named
        and not (made.written or made.speaking)
        and made.patch == NO_PATCH
        and _is_of_one_lane(mesh, host)
    )


def without(plan: RoutePlan, hosts: tuple[Host, ...]) -> RoutePlan:
    """Return the plan in which nobody speaks of some services: Istio's default route serves."""
    gone = frozenset(hosts)
    kept = [host for host in plan.hops if host not in gone]
    return replace(
        plan,
        hops=HopsByHost({host: share_of(plan.hops, host) for host in kept}),
        lane_subsets={host: one for host, one in plan.lane_subsets.items() if host not in gone},
        views={host: one for host, one in plan.views.items() if host not in gone},
        made_from={host: one for host, one in plan.made_from.items() if host not in gone},
    )


def _entered(plan: RoutePlan) -> Iterator[Host]:
    """Yield the services that an entry leads into by a subset."""
    for entry in plan.entries:
        for rule in entry.rules:
            for share in rule.action.shares if isinstance(rule.action, Forward) else ():
                yield share.destination.host


def _is_of_one_lane(mesh: Mesh, host: Host) -> bool:
    """Whether one lane answers for all lanes, and all pods of the service are known to be its."""
    group, service = planning_owner(mesh, host), mesh.services[host]
    if group is None or group.baseline is None or host in mesh.unknown_pods:
        return False
    answering = set(group.answering(host).values())
    lane = group.lane(answering.pop()) if len(answering) == 1 else None
    if lane is None or not service.workloads:
        return False
    return all(is_in(lane, pod.labels) for pod in service.workloads)
