"""What chooses among the pods of a service, where it is not left to even balancing.

Comes in: a host of a plan. Goes out: the reason in words why nobody can say which part of the
requests each pod gets. Of a service several policies may hold, each for other callers, subsets or
ports; one that does not balance is enough for not knowing.
https://istio.io/latest/docs/reference/config/networking/destination-rule/#LoadBalancerSettings
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from laneway.core.mesh.hosts import covers
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import Host, resolve_host
from laneway.core.routing.plan.route_plan import RoutePlan


def chosen_by(mesh: Mesh, plan: RoutePlan, host: Host) -> str:
    """Say what chooses the pod of a host; nothing where requests are spread evenly."""
    service = mesh.services.get(host)
    if service is not None and service.headless:
        return "the caller dials the address of a pod"
    reasons = (_reason(policy.get("loadBalancer")) for policy in _policies(mesh, plan, host))
    return next(filter(None, reasons), "")


def _reason(balancer: Any) -> str:
    if not isinstance(balancer, Mapping):
        return ""
    if balancer.get("consistentHash"):
        return "a hash of the request chooses the pod"
    if balancer.get("simple") == "PASSTHROUGH":
        return "the address that is dialed is the pod's"
    if balancer.get("localityLbSetting"):
        return "where the caller runs chooses the pod"
    return ""


def _policies(mesh: Mesh, plan: RoutePlan, host: Host) -> Iterator[Mapping[str, Any]]:
    """Yield every policy that some caller may meet at a host."""
    for view in plan.views.get(host, ()):
        yield from _with_ports(view.traffic_policy)
    for rule in mesh.destination_rules:
        if covers(resolve_host(rule.host, rule.meta.namespace), host):
            for policy in (rule.traffic_policy, *(one.traffic_policy for one in rule.subsets)):
                yield from _with_ports(policy or {})


def _with_ports(policy: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield policy
    ports = policy.get("portLevelSettings")
    if isinstance(ports, list):
        yield from (one for one in ports if isinstance(one, Mapping))
