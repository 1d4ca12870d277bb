"""Which routes of the Gateway API touch lanes.

Comes in: a mesh. Goes out: routes in the mesh for a lane service, and routes from a Gateway to one.
Istio makes a VirtualService of each. In the mesh it stands beside the lanes' for the same host, and
the older of the two decides; from a Gateway it leads requests into lanes past their entry. They are
not followed here: a rule names them, and a proof leaves them undecided.
https://istio.io/latest/docs/tasks/traffic-management/ingress/gateway-api/#mesh-traffic
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from laneway.core.findings.place import Place
from laneway.core.mesh.membership import owner
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import GatewayName, Host, service_host
from laneway.core.resources.kubernetes.gateway_api import ApiRoute, ParentRef


class MeshTouch(Struct, frozen=True):
    """A route for calls to a lane service; `namespace` alone is concerned, or all if empty."""

    route: ApiRoute
    host: Host
    namespace: str
    place: Place


class EntryTouch(Struct, frozen=True):
    """A route from a gateway that leads to lane services, or that is attached to a lane gateway."""

    route: ApiRoute
    gateway: GatewayName
    hosts: tuple[Host, ...]
    place: Place


def mesh_touches(mesh: Mesh) -> Iterator[MeshTouch]:
    """Yield the routes that are attached to lane services."""
    for route in mesh.api_routes:
        for parent in route.parents:
            host = service_host(parent.name, parent.namespace)
            if (parent.group, parent.kind) == ("", "Service") and _has_lanes(mesh, host):
                own = route.meta.namespace
                concerned = "" if own == parent.namespace else own
                yield MeshTouch(route, host, concerned, _place(route, parent))


def entry_touches(mesh: Mesh) -> Iterator[EntryTouch]:
    """Yield the routes from gateways that touch lanes."""
    doors = {group.gateway for group in mesh.groups}
    for route in mesh.api_routes:
        led = (service_host(one.name, one.namespace) for one in route.backends)
        hosts = tuple(dict.fromkeys(host for host in led if _has_lanes(mesh, host)))
        for parent in route.parents:
            name = GatewayName(f"{parent.namespace}/{parent.name}")
            if parent.kind == "Gateway" and (hosts or name in doors):
                yield EntryTouch(route, name, hosts, _place(route, parent))


def _place(route: ApiRoute, parent: ParentRef) -> Place:
    return route.meta.place("spec", "parentRefs", parent.index)


def _has_lanes(mesh: Mesh, host: Host) -> bool:
    group = owner(mesh, host)
    return group is not None and bool(group.lanes)
