"""Which trafficPolicy the pods of a host get, and which of users' policies nothing follows.

Comes in: the mesh, and what callers see of hosts. Goes out: by host the policy of each of its
ports, and what says so. The proxies of one machine share a cluster between callers of all
namespaces, so the policy that most of them see is the one that counts. Which fields of it are
carried out is the emitters' to say.
https://istio.io/latest/docs/reference/config/networking/destination-rule/#TrafficPolicy
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from laneway.core.mesh.membership import owner
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import Host
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.lane_subsets import HostPolicy, SubsetView
from laneway.core.routing.plan.route_plan import Origin, RoutePlan


def policies(mesh: Mesh, views: Mapping[Host, tuple[SubsetView, ...]]) -> Mapping[Host, HostPolicy]:
    """Return the policy of each host that has one: a user's, or that of a group's patch."""
    found = {}
    for host, seen in views.items():
        view = next(view for view in seen if not view.namespace)
        group = owner(mesh, host)
        author = view.policy_from or (group.group.meta.ref if group else None)
        if view.traffic_policy and author is not None:
            numbers = (port.number for port in mesh.services[host].ports)
            by_port = {number: _at_port(view.traffic_policy, number) for number in numbers}
            found[host] = HostPolicy(author, by_port)
    return found


def unfollowed(mesh: Mesh, plan: RoutePlan) -> Iterator[tuple[Origin, str]]:
    """Yield the policies of users' DestinationRules that no pod gets, and how each is named."""
    followed: set[Ref | None] = {policy.author for policy in plan.policies.values()}
    followed |= {subsets.places[0].hides for subsets in plan.lane_subsets.values()}
    for rule in mesh.destination_rules:
        ref = rule.meta.ref
        if rule.traffic_policy and ref not in followed:
            yield Origin(ref, ("spec", "trafficPolicy")), "trafficPolicy"
        for subset in rule.subsets:
            if subset.traffic_policy:
                path = ("spec", "subsets", subset.index, "trafficPolicy")
                yield Origin(ref, path), f"subsets.{subset.name}.trafficPolicy"


def _at_port(policy: Mapping[str, Any], port: int) -> Mapping[str, Any]:
    """Return the policy of a port: its own settings, which inherit nothing, else the host's."""
    for settings in policy.get("portLevelSettings") or ():
        if isinstance(settings, Mapping) and (settings.get("port") or {}).get("number") == port:
            return {name: value for name, value in settings.items() if name != "port"}
    return policy
