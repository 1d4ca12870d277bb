"""The simplest cluster there is, and what all clusters share.

Comes in: a name and addresses. Goes out: Envoy's cluster of them. Apart from `clusters`, which says
what stands behind a service, since proxies have clusters for other purposes, too.
https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/cluster/v3/cluster.proto
"""

from __future__ import annotations

import hashlib

from laneway.core.emit.envoy.config import Block

Address = tuple[str, int]
CLUSTER = "type.googleapis.com/envoy.config.cluster.v3.Cluster"
_HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
_MOST = 4_294_967_295
# Envoy by itself refuses what comes beyond 1,024 requests; Istio lifts that until a policy asks
LIMITS: Block = {
    "thresholds": [
        {
            "max_connections": _MOST,
            "max_pending_requests": _MOST,
            "max_requests": _MOST,
            "max_retries": _MOST,
        }
    ]
}


def static_cluster(name: str, addresses: list[Address]) -> Block:
    """Return a cluster of addresses; one without any answers 503, as a subset without pods does."""
    endpoints = [
        {"endpoint": {"address": {"socket_address": {"address": host, "port_value": port}}}}
        for host, port in addresses
    ]
    load: Block = {"cluster_name": name}
    if endpoints:
        load["endpoints"] = [{"lb_endpoints": endpoints}]
    return {
        "@type": CLUSTER,
        "name": name,
        "type": "STATIC",
        "connect_timeout": "10s",
        # istiod's choice where no policy names another:
        # https://istio.io/latest/docs/reference/config/networking/destination-rule/#LoadBalancerSettings-SimpleLB
        "lb_policy": "LEAST_REQUEST",
        "circuit_breakers": LIMITS,
        "load_assignment": load,
    }


def pipe(name: str) -> str:
    """Return the file of a socket, by the name of the listener there: short, whatever that is."""
    return f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.sock"


def pipe_cluster(name: str, path: str) -> Block:
    """Return the cluster of a Unix socket, which leads from one network namespace to another."""
    endpoint = {"endpoint": {"address": {"pipe": {"path": path}}}}
    return static_cluster(name, []) | {
        "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": [endpoint]}]}
    }


def upstream(version: str) -> Block:
    """Return the settings for the protocol towards a cluster.

    `version` is `1`, `2`, or `same` for the version the request came in with, as Istio does on
    ports whose protocol it has to sniff.
    """
    # what Envoy speaks to a cluster that says nothing else
    if version == "1":
        return {}
    options: Block = {"@type": f"type.googleapis.com/{_HTTP_OPTIONS}"}
    if version == "2":
        options["explicit_http_config"] = {"http2_protocol_options": {}}
    else:
        options["use_downstream_protocol_config"] = {
            "http_protocol_options": {},
            "http2_protocol_options": {},
        }
    return {"typed_extension_protocol_options": {_HTTP_OPTIONS: options}}
