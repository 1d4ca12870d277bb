"""The names by which programs call a service, as a caller's proxy knows them.

Comes in: a service. Goes out: its full host and what stands for it. A VirtualService speaks of a
service by its full host; one for another spelling is, to Istio, for a host that is no service.
https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
"""

from __future__ import annotations

from laneway.core.mesh.mesh import Mesh, MeshService

HTTP_PORT = 80
"""The one port on which a VirtualService decides for hosts that are no service."""


def spellings(service: MeshService) -> tuple[str, ...]:
    """Return what stands for a service's full host in every namespace."""
    short = f"{service.name}.{service.namespace}"
    address = service.service.cluster_ip
    dialed = (address,) if address and not service.headless else ()
    return (short, f"{short}.svc", f"{service.host}.", *dialed)


def spelled_lanes(mesh: Mesh) -> dict[str, MeshService]:
    """Return the other spellings of all lane services."""
    services = (mesh.services[host] for host in mesh.owner_of)
    return {name.lower(): service for service in services for name in spellings(service)}
