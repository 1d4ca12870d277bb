"""The way out of the mesh: the cluster of all that is no service, and names that others resolve.

Comes in: whether there is a private network. Goes out: Envoy's clusters. Without one a program
names its destination in the request, so the proxy resolves the name as the machine would. With one
it dials an address, and the proxy dials the very same: what leads out of the private network takes
it up there, as a router would.
"""

from __future__ import annotations

from laneway.core.emit.envoy.config import Block
from laneway.core.emit.envoy.plain_clusters import CLUSTER, LIMITS, static_cluster, upstream
from laneway.core.emit.placement import Interception

PASSTHROUGH = "PassthroughCluster"
"""Istio's name for the way out of the mesh."""

DNS_CACHE: Block = {
    "name": "outside",
    "dns_lookup_family": "V4_PREFERRED",
    "typed_dns_resolver_config": {
        "name": "envoy.network.dns_resolver.getaddrinfo",
        "typed_config": {
            "@type": "type.googleapis.com/"
            "envoy.extensions.network.dns_resolver.getaddrinfo.v3.GetAddrInfoDnsResolverConfig"
        },
    },
}
"""Names outside the mesh are resolved as the machine itself would."""

_EXTENSIONS = "type.googleapis.com/envoy.extensions"
_DNS_PORT = 53


def passthrough(private: Interception | None) -> Block:
    """Return the way out, with a private network by the address that a program dialed."""
    return _named_by_request() if private is None else _passing(private)


def _named_by_request() -> Block:
    # Istio's is of type ORIGINAL_DST, which reads the address off a redirected connection; here a
    # program names its destination in the request
    kind = f"{_EXTENSIONS}.clusters.dynamic_forward_proxy.v3.ClusterConfig"
    return {
        "@type": CLUSTER,
        "name": PASSTHROUGH,
        "connect_timeout": "10s",
        "lb_policy": "CLUSTER_PROVIDED",
        "circuit_breakers": LIMITS,
        "cluster_type": {
            "name": "envoy.clusters.dynamic_forward_proxy",
            "typed_config": {"@type": kind, "dns_cache_config": DNS_CACHE},
        },
    }


def _passing(private: Interception) -> Block:
    """Return Istio's own: from an address whose connections meet pods' proxies."""
    source = {"address": private.passing, "port_value": 0}
    block = dialed_again(PASSTHROUGH) | {"upstream_bind_config": {"source_address": source}}
    return block | upstream("same")


def dialed_again(name: str) -> Block:
    """Return the cluster of whatever address a connection was going to.

    https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/service_discovery#original-destination
    """
    return {
        "@type": CLUSTER,
        "name": name,
        "type": "ORIGINAL_DST",
        "connect_timeout": "10s",
        "lb_policy": "CLUSTER_PROVIDED",
        "circuit_breakers": LIMITS,
    }


def resolved_inside(block: Block, private: Interception) -> Block:
    """Return a cluster of a DNS name that the private network's own server resolves.

    `localhost` is this machine, and not the private network.
    https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/dns_resolution
    """
    name = block["name"]
    (locality,) = block["load_assignment"]["endpoints"]
    (endpoint,) = locality["lb_endpoints"]
    place = endpoint["endpoint"]["address"]["socket_address"]
    if place["address"] == "localhost":
        known = static_cluster(name, [(private.host, place["port_value"])])
        return block | {"type": "STATIC", "load_assignment": known["load_assignment"]}
    server = {"socket_address": {"address": private.bridge, "port_value": _DNS_PORT}}
    kind = f"{_EXTENSIONS}.network.dns_resolver.cares.v3.CaresDnsResolverConfig"
    resolver: Block = {
        "name": "envoy.network.dns_resolver.cares",
        "typed_config": {"@type": kind, "resolvers": [server]},
    }
    return block | {"typed_dns_resolver_config": resolver}
