"""Which protocol a service port speaks, by Istio's rules of protocol selection.

https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/
`appProtocol` decides first, then the part of the port's name before the first dash. A port that
says nothing is sniffed, except for the well-known ones whose server speaks first.
"""

from __future__ import annotations

from laneway.core.mesh.mesh import MeshPort, Protocol
from laneway.core.resources.workloads import Service, ServicePort

_HTTP = frozenset({"http", "http2", "grpc", "grpc-web"})
_OPAQUE = frozenset({"https", "tcp", "tls", "mongo", "mysql", "redis"})
_APP_HTTP = frozenset({"kubernetes.io/h2c", "kubernetes.io/ws"})
_APP_OPAQUE = frozenset({"kubernetes.io/wss"})
_SERVER_SPEAKS_FIRST = frozenset({25, 3306, 27017})


def named_protocol(port: ServicePort) -> Protocol | None:
    """Return the protocol a port declares, or None when Istio would have to sniff it.

    >>> named_protocol(ServicePort(80, name="http-web"))
    'http'
    >>> named_protocol(ServicePort(80, name="web")) is None
    True
    """
    if port.app_protocol:
        declared = port.app_protocol.lower()
        if declared in _HTTP | _APP_HTTP:
            return "http"
        return "tcp" if declared in _OPAQUE | _APP_OPAQUE else None
    name = port.name.lower()
    words = {name, name.split("-", 1)[0]}
    if name.startswith("grpc-web"):
        words.add("grpc-web")
    if words & _HTTP:
        return "http"
    return "tcp" if words & _OPAQUE else None


def mesh_ports(service: Service) -> tuple[MeshPort, ...]:
    """Return the ports the mesh routes; UDP ports are none of its business."""
    found = []
    for port in service.ports:
        if port.protocol == "UDP":
            continue
        protocol = named_protocol(port)
        if protocol is None and port.number in _SERVER_SPEAKS_FIRST:
            protocol = "tcp"
        target = port.target or port.number
        found.append(MeshPort(port.number, port.name, protocol or "http", protocol is None, target))
    return tuple(found)
