"""Which protocol a service port speaks, by Istio's rules of protocol selection.

https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/
`appProtocol` decides first, then the port's name, of both the part before the first dash. A port
that says nothing Istio knows is sniffed, except for the well-known ones, which are taken for TCP:
their servers speak first, or do not speak HTTP at all.
"""

from __future__ import annotations

from laneway.core.mesh.mesh import MeshPort, Protocol
from laneway.core.resources.kubernetes.workloads import Service, ServicePort

_GRPC_WEB = "grpc-web"
_HTTP_2 = frozenset({"http2", "grpc", _GRPC_WEB})
_HTTP = frozenset({"http", "http_proxy", *_HTTP_2})
_OPAQUE = frozenset({"https", "tcp", "tls", "mongo", "mysql", "redis"})
_KUBERNETES = {
    "kubernetes.io/h2c": "http2",
    "kubernetes.io/ws": "http",
    "kubernetes.io/wss": "https",
}
_TAKEN_FOR_TCP = frozenset({25, 53, 3306, 27017})


def declared(port: ServicePort) -> str:
    """Return the protocol a port declares, in Istio's word, or nothing where it declares none.

    >>> declared(ServicePort(80, name="http2-web")), declared(ServicePort(80, name="web"))
    ('http2', '')
    >>> declared(ServicePort(80, name="http", app_protocol="kubernetes.io/wss"))
    'https'
    """
    if port.app_protocol in _KUBERNETES:
        return _KUBERNETES[port.app_protocol]
    said = (port.app_protocol or port.name).lower()
    word = _GRPC_WEB if said.startswith(_GRPC_WEB) else said.partition("-")[0]
    return word if word in _HTTP or word in _OPAQUE or word == "udp" else ""


def named_protocol(port: ServicePort) -> Protocol | None:
    """Return how a port is routed by what it declares, or None when Istio would have to sniff it.

    >>> named_protocol(ServicePort(80, name="http-web"))
    'http'
    >>> named_protocol(ServicePort(80, name="web")) is None
    True
    """
    word = declared(port)
    if word in _HTTP:
        return "http"
    return "tcp" if word in _OPAQUE else None


def is_http_2(port: ServicePort) -> bool:
    """Whether a port declares a protocol that travels over HTTP/2."""
    return declared(port) in _HTTP_2


def is_tls(port: ServicePort) -> bool:
    """Whether a port declares that its callers encrypt: only there TLS routes of the mesh speak."""
    return declared(port) in {"https", "tls"}


def mesh_ports(service: Service) -> tuple[MeshPort, ...]:
    """Return the ports the mesh routes; ports of UDP, by kind or by name, are none of its business.

    https://github.com/istio/istio/blob/master/pkg/config/kube/conversion.go
    """
    found = []
    for port in service.ports:
        if port.protocol == "UDP" or declared(port) == "udp":
            continue
        protocol = named_protocol(port)
        if protocol is None and port.number in _TAKEN_FOR_TCP:
            protocol = "tcp"
        target = port.target or port.number
        found.append(MeshPort(port.number, port.name, protocol or "http", protocol is None, target))
    return tuple(found)
