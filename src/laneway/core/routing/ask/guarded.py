"""Where policies refuse requests that lanes would answer.

Comes in: a mesh and its plan. Goes out: each policy with the lane services and gateways where it
may refuse requests. Policies that are for nobody of these are nobody's business.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from laneway.core.mesh.access import AccessRefusal, refusals_among, refusals_at
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import GatewayName, Host
from laneway.core.resources.istio.security import AuthorizationPolicy
from laneway.core.resources.meta import Ref
from laneway.core.routing.ask.redirects import groups_led_to
from laneway.core.routing.plan.gateways import GATEWAY_NAMESPACE
from laneway.core.routing.plan.route_plan import GatewayPort, RoutePlan


class Guarded(Struct):
    """A policy, and where it refuses every request (`total`) or some."""

    policy: AuthorizationPolicy
    total: bool
    hosts: dict[Host, None] = {}
    gateways: dict[GatewayName, None] = {}


def guarded(mesh: Mesh, plan: RoutePlan) -> tuple[Guarded, ...]:
    """Return the policies that may refuse requests for lanes, one of all and one of some apart."""
    found: dict[tuple[Ref, bool], Guarded] = {}
    for host in mesh.owner_of if mesh.access_policies else ():
        for one in _at_service(mesh, host):
            _entry(found, one).hosts[host] = None
    for port in plan.gateway_ports:
        for one in at_gateway(mesh, port):
            _entry(found, one).gateways |= dict.fromkeys(port.gateways)
    return tuple(found.values())


def _entry(found: dict[tuple[Ref, bool], Guarded], one: AccessRefusal) -> Guarded:
    key = (one.policy.meta.ref, one.total)
    return found.setdefault(key, Guarded(one.policy, one.total))


def at_gateway(mesh: Mesh, port: GatewayPort) -> tuple[AccessRefusal, ...]:
    """Return what may refuse requests at a gateway's port, if it leads into lanes."""
    written = (rule for host in port.virtual_hosts for rule in host.written)
    if not mesh.access_policies or not groups_led_to(mesh, written):
        return ()
    return refusals_among(mesh, port.selector, GATEWAY_NAMESPACE)


def _at_service(mesh: Mesh, host: Host) -> Iterator[AccessRefusal]:
    service = mesh.services[host]
    for pod in service.workloads:
        yield from refusals_at(mesh, pod)
    if not service.workloads:
        yield from refusals_among(mesh, service.service.selector, service.namespace)
