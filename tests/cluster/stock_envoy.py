"""What a stock Envoy is started with where Istio's agent is not: bootstraps, as plain data.

Comes in: a pod and where its istiod is asked. Goes out: the bootstrap of its proxy, which gets all
else over ADS, or that of the doorway: the one Envoy outside of the pods' network, joined to those
inside by unix sockets, since these cross networks.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

Json = dict[str, Any]

MARK = 1337
"""On sockets that a proxy opens itself, so that these are not led back to it."""
INBOUND, OUTBOUND = 15006, 15001
"""The ports of istiod's own listeners for what is intercepted."""
_TYPE = "type.googleapis.com/envoy."
_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
_JOINED = {
    "api_type": "GRPC",
    "transport_api_version": "V3",
    "grpc_services": [{"envoy_grpc": {"cluster_name": "istiod"}}],
}
_OVER_ADS = {"ads": {}, "resource_api_version": "V3", "initial_fetch_timeout": "0s"}
_MARKED = {
    "source_address": {"address": "0.0.0.0", "port_value": 0},  # noqa: S104 - where to send from
    "socket_options": [{"level": 1, "name": 36, "int_value": MARK, "state": "STATE_PREBIND"}],
}
"""SO_MARK of SOL_SOCKET on every connection a proxy opens."""


def proxy(
    pod: Json, address: str, istiod: Json, admin: Path, entry: tuple[Path, int] | None
) -> Json:
    """Return the bootstrap of a pod's proxy: where its istiod is, a unix socket for its admin.

    That of a gateway has an `entry`: a unix socket for callers, led to a port of its own.
    """
    name, namespace = pod["metadata"]["name"], pod["metadata"]["namespace"]
    kind = "router" if entry else "sidecar"
    static = doorway({"entry": (at_path(entry[0]), at_port(entry[1]))} if entry else {})
    http2: Json = {"@type": f"type.googleapis.com/{_OPTIONS}"}
    http2 |= {"explicit_http_config": {"http2_protocol_options": {}}}
    asked = _cluster("istiod", istiod)
    asked["typed_extension_protocol_options"] = {_OPTIONS: http2}
    static["static_resources"]["clusters"].append(asked)
    return static | {
        "node": {
            "id": f"{kind}~{address}~{name}.{namespace}~{namespace}.svc.cluster.local",
            "cluster": f"{name}.{namespace}",
            "metadata": {
                "NAME": name,
                "NAMESPACE": namespace,
                "INSTANCE_IPS": address,
                "CLUSTER_ID": "Kubernetes",
                "LABELS": pod["metadata"].get("labels", {}),
                "INTERCEPTION_MODE": "NONE" if entry else "REDIRECT",
                "PROXY_CONFIG": {},
            },
        },
        "admin": {"address": at_path(admin)},
        "dynamic_resources": {
            "lds_config": _OVER_ADS,
            "cds_config": _OVER_ADS,
            "ads_config": _JOINED,
        },
        "cluster_manager": {"upstream_bind_config": _MARKED},
        "layered_runtime": {"layers": [{"name": "as in Istio", "static_layer": _ROOM}]},
    }


_ROOM = {"re2.max_program_size.error_level": 32768}
"""How large an expression may be in every proxy of Istio, where Envoy by itself says 100."""


def doorway(tunnels: Mapping[str, tuple[Json, Json]]) -> Json:
    """Return the bootstrap of an Envoy that leads connections from one address to another."""
    return {
        "static_resources": {
            "listeners": [_tunnel(name, come) for name, (come, _) in tunnels.items()],
            "clusters": [_cluster(name, go) for name, (_, go) in tunnels.items()],
        }
    }


def at_port(port: int) -> Json:
    """Return a port of 127.0.0.1 as an address."""
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def at_path(path: Path) -> Json:
    """Return a unix socket as an address."""
    return {"pipe": {"path": str(path)}}


def _tunnel(name: str, come: Json) -> Json:
    kind = f"{_TYPE}extensions.filters.network.tcp_proxy.v3.TcpProxy"
    told = {"@type": kind, "stat_prefix": name, "cluster": name}
    filters = [{"name": "envoy.filters.network.tcp_proxy", "typed_config": told}]
    return {"name": name, "address": come, "filter_chains": [{"filters": filters}]}


def _cluster(name: str, go: Json) -> Json:
    endpoints = [{"lb_endpoints": [{"endpoint": {"address": go}}]}]
    assigned = {"cluster_name": name, "endpoints": endpoints}
    return {"name": name, "type": "STATIC", "connect_timeout": "5s", "load_assignment": assigned}
