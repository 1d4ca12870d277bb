"""Names that have passed a check, as types of their own."""

from __future__ import annotations

from typing import NewType

Host = NewType("Host", str)
"""A fully qualified service host, `mocka.default.svc.cluster.local`, or an external host."""

LaneName = NewType("LaneName", str)
"""A lane name that is a DNS-1123 label, and so a legal subset name."""

GatewayName = NewType("GatewayName", str)
"""A Gateway as `namespace/name`."""

CLUSTER_DOMAIN = "cluster.local"

ROOT_NAMESPACE = "istio-system"
"""Istio's root namespace. Its Sidecar is for every namespace, its DestinationRules come last."""


def service_host(name: str, namespace: str) -> Host:
    """Return the fully qualified host of a Service.

    >>> service_host("mocka", "default")
    'mocka.default.svc.cluster.local'
    """
    return Host(f"{name}.{namespace}.svc.{CLUSTER_DOMAIN}")


def resolve_host(host: str, namespace: str) -> Host:
    """Resolve a host as Istio does for an object of `namespace`: no dot means the same namespace.

    https://istio.io/latest/docs/reference/config/networking/virtual-service/#Destination

    >>> resolve_host("mocka", "default")
    'mocka.default.svc.cluster.local'
    >>> resolve_host("mocka.default.svc.cluster.local", "other")
    'mocka.default.svc.cluster.local'
    """
    return Host(host) if "." in host or host == "*" else service_host(host, namespace)


def resolve_gateway(name: str, namespace: str) -> str:
    """Resolve a gateway name of an object of `namespace`; `mesh` stays `mesh`.

    >>> resolve_gateway("ingressgateway", "istio-system")
    'istio-system/ingressgateway'
    >>> resolve_gateway("./gw", "default")
    'default/gw'
    """
    if name == "mesh":
        return name
    if "/" in name:
        prefix, _, rest = name.partition("/")
        return f"{namespace}/{rest}" if prefix == "." else name
    if "." in name:  # the old spelling `name.namespace.svc.cluster.local`
        parts = name.split(".")
        return f"{parts[1]}/{parts[0]}"
    return f"{namespace}/{name}"
