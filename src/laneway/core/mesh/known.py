"""Which ports of services a proxy knows, so that a route it holds can lead there.

Comes in: what a proxy sees, a service's port, and where VirtualServices of the mesh lead. Goes out:
whether Istio gives the proxy a cluster for it; where it has none, a route there is a 503. A proxy
knows what a listener of its Sidecar imports and, unasked, where the routes lead that one imports.
A listener for one port brings that port alone, also where the routes it imports lead to another.
https://istio.io/latest/docs/reference/config/networking/sidecar/#IstioEgressListener
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from laneway.core.mesh.mesh import MeshService
from laneway.core.mesh.names import Host
from laneway.core.mesh.sidecars import Imports
from laneway.core.mesh.visibility import Shown, SidecarScope, exports_of, is_shown


class LearnedRoute(Struct, frozen=True):
    """A route to a service, as far as proxies learn of the service by it.

    `shown` says who holds its VirtualService; no `port` means the one that is called. `callers` are
    the namespaces that its matches name as their callers', of which one is enough; none: all.
    """

    shown: Shown
    port: int | None = None
    callers: frozenset[str] = frozenset()


def knows(
    scope: SidecarScope,
    service: MeshService,
    port: int,
    leads: Mapping[Host, tuple[LearnedRoute, ...]],
) -> bool:
    """Whether a proxy knows a service's port; `leads` are the routes that lead to each service.

    A service that is not exported to a sidecar's namespace is known by leads alone, if it is of
    that namespace itself. Exported to nobody it counts as unknown: Istio has its pods or not, by
    the order in which it learned of them and of the service.
    """
    shown = is_shown(service.service, scope.namespace)
    if scope.is_gateway or (shown and scope.sidecar is None):
        return shown
    listeners = [one for one in scope.listeners() if one.port in (None, port)]
    if shown and any(one.has_service(service.namespace, service.host) for one in listeners):
        return True
    own = service.namespace == scope.namespace and bool(exports_of(service.service))
    return (shown or own) and any(
        _is_learned(scope, one, lead, port)
        for one in listeners
        for lead in leads.get(service.host, ())
    )


def _is_learned(scope: SidecarScope, imports: Imports, lead: LearnedRoute, port: int) -> bool:
    """Whether a proxy learns of a port by a route that a listener imports."""
    shown, space = lead.shown, scope.namespace
    return (
        (imports.port is not None or lead.port in (None, port))
        and (not lead.callers or space in lead.callers)
        and shown.nearness(space) is not None
        and imports.has_routes(shown.namespace, shown.hosts)
    )
