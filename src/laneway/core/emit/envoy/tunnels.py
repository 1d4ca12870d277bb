"""Tunnels to HTTP ports: what a program sends inside a CONNECT is routed like its plain calls.

Some clients ask their proxy for a tunnel even where they speak plain HTTP through it: gRPC, and
Node's fetch. A tunnel to an HTTP port of a service therefore leads back to the listener it was
asked for at, where what comes out of it is a plain call of the same caller. All callers of a table
share its routes, so the route leads to one cluster of all those listeners, and the caller's own
listener writes beside the request which of them is meant.
"""

from __future__ import annotations

from collections.abc import Mapping

from laneway.core.emit.envoy.config import Block

TUNNELS = "tunnels"
"""The name of the cluster behind all routes of tunnels to HTTP ports."""

_OF = "caller"
_TYPES = "type.googleapis.com/envoy.extensions"
CONNECT: Block = {"connect_matcher": {}}
OPEN: Block = {"upgrade_configs": [{"upgrade_type": "CONNECT", "connect_config": {}}]}


def tunnel_stat(address: str, port: int) -> str:
    """Return what counts the tunnels that lead back to a replica's listener, in Envoy's spelling.

    >>> tunnel_stat("127.88.26.167", 15001)
    'tunnels::127.88.26.167:15001::cx_total'
    """
    return f"{TUNNELS}::{address}:{port}::cx_total"


def tunnel_route() -> Block:
    """Return the route of a tunnel to an HTTP port. Streams in it never idle out."""
    return {
        "name": TUNNELS,
        "match": CONNECT,
        "route": {"cluster": TUNNELS, "timeout": "0s", **OPEN},
    }


def marked(replica: str) -> Block:
    """Return the filter by which a caller's listener says whose a tunnel is."""
    return {
        "name": "envoy.filters.http.set_metadata",
        "typed_config": {
            "@type": f"{_TYPES}.filters.http.set_metadata.v3.Config",
            "metadata": [{"metadata_namespace": "envoy.lb", "value": {_OF: replica}}],
        },
    }


def tunnels_cluster(listeners: Mapping[str, tuple[str, int]]) -> Block:
    """Return the cluster of the listeners of all replicas; each is reached by its mark alone.

    https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/subsets
    """
    endpoints = [
        {
            "endpoint": {"address": {"socket_address": {"address": address, "port_value": port}}},
            "metadata": {"filter_metadata": {"envoy.lb": {_OF: replica}}},
        }
        for replica, (address, port) in listeners.items()
    ]
    return {
        "@type": "type.googleapis.com/envoy.config.cluster.v3.Cluster",
        "name": TUNNELS,
        "type": "STATIC",
        "lb_subset_config": {
            "fallback_policy": "NO_FALLBACK",
            "subset_selectors": [{"keys": [_OF], "single_host_per_subset": True}],
        },
        "load_assignment": {"cluster_name": TUNNELS, "endpoints": [{"lb_endpoints": endpoints}]},
    }
