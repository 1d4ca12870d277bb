"""Tunnels to HTTP ports: what a program sends inside a CONNECT is routed like its plain calls.

Some clients ask their proxy for a tunnel even where they speak plain HTTP through it: gRPC, and
Node's fetch. A tunnel to an HTTP port of a service therefore ends at a listener inside Envoy that
reads the same route table as the caller's own. All callers of a table share its routes, so the
route leads to one cluster of all those listeners, and the caller's own listener writes beside the
request which of them is meant.
https://www.envoyproxy.io/docs/envoy/latest/configuration/other_features/internal_listener
"""

from __future__ import annotations

from collections.abc import Collection

from laneway.core.emit.envoy.config import Block

TUNNELS = "tunnels"
"""The name of the cluster behind all routes of tunnels to HTTP ports."""

_OF = "caller"
_TYPES = "type.googleapis.com/envoy.extensions"
CONNECT: Block = {"connect_matcher": {}}
OPEN: Block = {"upgrade_configs": [{"upgrade_type": "CONNECT", "connect_config": {}}]}


def tunnel_name(replica: str) -> str:
    """Return the name of the listener inside Envoy at which a replica's tunnels end."""
    return f"tunnel/{replica}"


def tunnel_stat(replica: str) -> str:
    """Return how the counters of that listener begin.

    >>> tunnel_stat("cart-0")
    'listener.envoy_internal_tunnel/cart-0'
    """
    return f"listener.envoy_internal_{tunnel_name(replica)}"


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


def tunnels_cluster(replicas: Collection[str]) -> Block:
    """Return the cluster of all listeners at which tunnels end; each is reached by its mark alone.

    https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/subsets
    """
    endpoints = [
        {
            "endpoint": {
                "address": {"envoy_internal_address": {"server_listener_name": tunnel_name(one)}}
            },
            "metadata": {"filter_metadata": {"envoy.lb": {_OF: one}}},
        }
        for one in replicas
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
