"""What istiod keeps of a mesh in its registry: Services, and the hosts of ServiceEntries.

Comes in: a mesh. Goes out: the same mesh with every host that proxies get clusters for among its
services. It stands apart since nothing but the price of a proxy asks for hosts outside of lanes.
It refuses nothing: a host that is a Service already stays that one.
https://istio.io/latest/docs/reference/config/networking/service-entry/
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from laneway.core.mesh.mesh import Mesh, MeshService
from laneway.core.mesh.names import Host, service_host
from laneway.core.mesh.ports import mesh_ports
from laneway.core.mesh.visibility import shown_like
from laneway.core.resources.istio.networking import ServiceEntry
from laneway.core.resources.kubernetes.workloads import Service, ServicePort
from laneway.core.resources.meta import Meta, Ref

API_SERVER = "kubernetes"
"""The Service of the API server, which every cluster has and no folder holds."""


def registered(mesh: Mesh) -> Mesh:
    """Return a mesh whose services are all that istiod knows of the input, and the API server.

    >>> from laneway.core.mesh.snapshot import Snapshot
    >>> list(registered(Mesh(Snapshot())).services)
    ['kubernetes.default.svc.cluster.local']
    """
    outside = dict(_outside(mesh))
    port = ServicePort(443, "https", target=6443)
    server = Service(Meta(Ref("Service", "default", API_SERVER)), (), (port,), "10.96.0.1")
    own = service_host(API_SERVER, "default")
    return replace(mesh, services={own: _known(own, server), **outside, **mesh.services})


def _outside(mesh: Mesh) -> Iterator[tuple[Host, MeshService]]:
    for entry in reversed(mesh.service_entries):
        for written in entry.hosts:
            host = Host(written.lower())
            yield host, _known(host, _as_service(entry))


def _as_service(entry: ServiceEntry) -> Service:
    meta = replace(entry.meta, annotations=shown_like(entry))
    return Service(meta, entry.selector, entry.ports)


def _known(host: Host, service: Service) -> MeshService:
    return MeshService(host, service, mesh_ports(service), ())
