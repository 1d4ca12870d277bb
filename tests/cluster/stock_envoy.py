"""What a stock Envoy is started with where Istio's agent is not: bootstraps, as plain data.

Comes in: a pod and where its istiod is asked. Goes out: the bootstrap of its proxy, which gets all
else over ADS, or that of the doorway: the one Envoy outside of the pods' network, joined to those
inside by unix sockets, since these cross networks.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

Json = dict[str, Any]

MARK = 1337
"""On sockets that a proxy opens itself, so that these are not led back to it."""
INBOUND, OUTBOUND = 15006, 15001
"""The ports of istiod's own listeners for what is intercepted."""
_TYPE = "type.googleapis.com/envoy."
_OPTIONS = f"{_TYPE}extensions.upstreams.http.v3.HttpProtocolOptions"
_XDS = "xds-grpc"


class Joined(Struct, frozen=True):
    """Where a proxy is and which unix sockets it has: to istiod, of its admin pages, of callers.

    Callers of a gateway are led to a port of its own.
    """

    address: str
    istiod: Path
    admin: Path
    entry: tuple[Path, int] | None = None


def proxy(pod: Json, where: Joined) -> Json:
    """Return the bootstrap of a pod's proxy."""
    name, namespace = pod["metadata"]["name"], pod["metadata"]["namespace"]
    kind = "router" if where.entry else "sidecar"
    joined = {
        "api_type": "GRPC",
        "transport_api_version": "V3",
        "grpc_services": [{"envoy_grpc": {"cluster_name": _XDS}}],
    }
    over_ads = {"ads": {}, "resource_api_version": "V3", "initial_fetch_timeout": "0s"}
    entry = {"entry": (at_path(where.entry[0]), at_port(where.entry[1]))} if where.entry else {}
    whole = doorway(entry)
    whole["static_resources"]["clusters"].append(_http2(_cluster(_XDS, at_path(where.istiod))))
    return whole | {
        "node": {
            "id": f"{kind}~{where.address}~{name}.{namespace}~{namespace}.svc.cluster.local",
            "cluster": f"{name}.{namespace}",
            "metadata": {
                "NAME": name,
                "NAMESPACE": namespace,
                "INSTANCE_IPS": where.address,
                "CLUSTER_ID": "Kubernetes",
                "LABELS": pod["metadata"].get("labels", {}),
                "INTERCEPTION_MODE": "NONE" if where.entry else "REDIRECT",
                "PROXY_CONFIG": {},
            },
        },
        "admin": {"address": at_path(where.admin)},
        "dynamic_resources": {
            "lds_config": over_ads,
            "cds_config": over_ads,
            "ads_config": joined,
        },
        "cluster_manager": {"upstream_bind_config": _marked()},
    }


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


def _marked() -> Json:
    """Return how a proxy opens its connections: from any address, with the mark (SO_MARK)."""
    mark = {"level": 1, "name": 36, "int_value": MARK, "state": "STATE_PREBIND"}
    anywhere = {"address": "0.0.0.0", "port_value": 0}  # noqa: S104 - where to send from
    return {"source_address": anywhere, "socket_options": [mark]}


def _tunnel(name: str, come: Json) -> Json:
    told = {
        "@type": f"{_TYPE}extensions.filters.network.tcp_proxy.v3.TcpProxy",
        "stat_prefix": name,
        "cluster": name,
    }
    filters = [{"name": "envoy.filters.network.tcp_proxy", "typed_config": told}]
    return {"name": name, "address": come, "filter_chains": [{"filters": filters}]}


def _cluster(name: str, go: Json) -> Json:
    endpoints = [{"lb_endpoints": [{"endpoint": {"address": go}}]}]
    return {
        "name": name,
        "type": "STATIC",
        "connect_timeout": "5s",
        "load_assignment": {"cluster_name": name, "endpoints": endpoints},
    }


def _http2(cluster: Json) -> Json:
    told = {"@type": _OPTIONS, "explicit_http_config": {"http2_protocol_options": {}}}
    options = {_OPTIONS.removeprefix("type.googleapis.com/"): told}
    return cluster | {"typed_extension_protocol_options": options}
