"""Listeners: where replicas are dialed, where their programs call out, where gateways open.

Comes in: places, names of clusters and tables. Goes out: Envoy's listeners. Their connection
settings are Istio's: paths are normalized, streams never idle out, the client's request id is kept.
Filters that only some routes need are off until a route's own settings turn them on, so that plain
requests pay for the router alone.
https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/http_filters#route-based-filter-chain
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from laneway.core.emit.envoy.config import Block, table_file
from laneway.core.emit.envoy.outside import DNS_CACHE
from laneway.core.emit.envoy.plain_clusters import Address
from laneway.core.emit.envoy.request_log import GATEWAY_CALLER, request_log
from laneway.core.emit.envoy.tunnels import marked

_TYPES = "type.googleapis.com/envoy.extensions"
LISTENER = "type.googleapis.com/envoy.config.listener.v3.Listener"
_HTTP_FILTERS = f"{_TYPES}.filters.http"
_ROUTER: Block = {
    "name": "envoy.filters.http.router",
    "typed_config": {"@type": f"{_HTTP_FILTERS}.router.v3.Router", "dynamic_stats": False},
}
"""The router without counters of every status by cluster: each would cost a look-up per request,
and what is asked of the proxies is counted by listeners and routes."""

# Filters that few routes need are off, and on where a route or host has settings for them: one
# that merely looks at each request costs time on every hop.
_FAULT: Block = {
    "name": "envoy.filters.http.fault",
    "disabled": True,
    "typed_config": {"@type": f"{_HTTP_FILTERS}.fault.v3.HTTPFault"},
}
_CORS: Block = {
    "name": "envoy.filters.http.cors",
    "disabled": True,
    "typed_config": {"@type": f"{_HTTP_FILTERS}.cors.v3.Cors"},
}
OUTBOUND: Block = {"traffic_direction": "OUTBOUND"}
OUTSIDE_FILTER = "envoy.filters.http.dynamic_forward_proxy"
_OUTSIDE: Block = {
    "name": OUTSIDE_FILTER,
    "disabled": True,
    "typed_config": {
        "@type": f"{_HTTP_FILTERS}.dynamic_forward_proxy.v3.FilterConfig",
        "dns_cache_config": DNS_CACHE,
    },
}
TO_OUTSIDE: Block = {
    OUTSIDE_FILTER: {"@type": f"{_HTTP_FILTERS}.dynamic_forward_proxy.v3.PerRouteConfig"}
}
"""The settings of a virtual host that leads out of the mesh."""


class Inbound(Struct, frozen=True):
    """Where a replica's port is dialed.

    The listener's name and place, the cluster it hands on to, and the prefix of its statistics.
    `network` is the file of the network namespace it is in, if that is not the proxy's own.
    """

    name: str
    address: str
    port: int
    cluster: str
    stat: str
    network: str = ""


def filtered(listener: Block, filters: Sequence[Block]) -> Block:
    """Return an HTTP listener, just made, with filters before all of its own."""
    for chain in listener["filter_chains"]:
        for handler in chain["filters"]:
            settings = handler["typed_config"]
            if "http_filters" in settings:
                settings["http_filters"] = [*filters, *settings["http_filters"]]
    return listener


_RETRY_UNSENT: Block = {"retry_on": "reset-before-request", "num_retries": 2}


def gateway_listener(where: Block, table: str) -> Block:
    """Return a gateway's listener at an address, served by the table of its own name."""
    settings = _manager(table) | _read_from(table)
    # the first proxy on the way: what a client writes into x-forwarded-for is not believed
    # https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#x-forwarded-for
    settings |= {"use_remote_address": True, "http_filters": [_FAULT, _CORS, _ROUTER]}
    settings["access_log"] = [request_log(GATEWAY_CALLER, table)]
    return listening(table, where, http(settings))


def outbound_listener(name: str, where: Address, table: str, replica: str) -> Block:
    """Return the HTTP proxy through which a replica's program calls out.

    Requests in absolute form are routed by their URL, plain ones, as those out of a tunnel, by
    their Host; CONNECT opens a tunnel where the table has a route for it. All replicas of a table
    count together.
    """
    settings = _calling(table, replica)
    settings["http_filters"] = [_FAULT, _CORS, _OUTSIDE, _ROUTER]
    tunnel = {"upgrade_type": "CONNECT", "filters": [marked(replica), _OUTSIDE, _ROUTER]}
    settings["upgrade_configs"] = [*settings["upgrade_configs"], tunnel]
    return listening(name, address_block(*where), http(settings)) | OUTBOUND


def called_handler(table: str, caller: str, *, tunnels: bool = False) -> Block:
    """Return what handles calls that come in plain form, routed by their Host.

    With `tunnels` they are CONNECT requests of other listeners.
    """
    settings = _calling(table, caller)
    settings["http_filters"] = [_FAULT, _CORS, _ROUTER]
    if tunnels:
        settings["upgrade_configs"] = [{"upgrade_type": "CONNECT"}]
    return http(settings)


def _calling(table: str, caller: str) -> Block:
    """Return what listeners share at which somebody calls out by a table."""
    settings = _manager(f"out|{table}") | _read_from(table)
    settings["access_log"] = [request_log(caller)]
    return settings


def inbound_listener(where: Inbound, *, grpc: bool = False) -> Block:
    """Return the listener others dial: HTTP to one cluster, with a counter of its own.

    What the program never began to read is sent again, as Istio does on the way in, except gRPC,
    whose streams it would break.
    """
    # Envoy by itself ends a request after 15 s, Istio after none
    route: Block = {"cluster": where.cluster, "timeout": "0s"}
    if not grpc:
        route["retry_policy"] = _RETRY_UNSENT
    default: Block = {"name": "default", "match": {"prefix": "/"}, "route": route}
    host: Block = {"name": "inbound", "domains": ["*"], "routes": [default]}
    settings = _manager(where.stat) | {"http_filters": [_ROUTER]}
    settings["route_config"] = {
        "name": where.name,
        "virtual_hosts": [host],
        # a route may come before its cluster: until then it is a 503, and not a rejected listener
        "validate_clusters": False,
    }
    return _inbound(where, http(settings))


def tcp_listener(where: Inbound) -> Block:
    """Return the listener others dial for a port that is no HTTP: bytes to one cluster."""
    return _inbound(where, tcp(where.stat, where.cluster))


def tcp(stat: str, cluster: str) -> Block:
    """Return what hands bytes on to a cluster."""
    return {
        "name": "envoy.filters.network.tcp_proxy",
        "typed_config": {
            "@type": f"{_TYPES}.filters.network.tcp_proxy.v3.TcpProxy",
            "stat_prefix": stat,
            "cluster": cluster,
            # Envoy by itself closes a connection that is quiet for an hour: the programs decide
            "idle_timeout": "0s",
        },
    }


def _inbound(where: Inbound, handler: Block) -> Block:
    place = address_block(where.address, where.port, where.network)
    return listening(where.name, place, handler) | {"traffic_direction": "INBOUND"}


def _manager(stat: str) -> Block:
    """Return what all HTTP listeners share.

    A request id is made where there is none and kept where the client gave one.
    """
    return {
        "stat_prefix": stat,
        # dots and backslashes are settled before routes look, `%2F` is not: Istio's BASE
        # https://istio.io/latest/docs/reference/config/security/normalization/
        "normalize_path": True,
        "path_with_escaped_slashes_action": "KEEP_UNCHANGED",
        "use_remote_address": False,
        "generate_request_id": True,
        "preserve_external_request_id": True,
        # Envoy by itself ends a stream that is quiet for five minutes, Istio none
        "stream_idle_timeout": "0s",
        "server_header_transformation": "PASS_THROUGH",
        "upgrade_configs": [{"upgrade_type": "websocket"}],
    }


def _read_from(table: str) -> Block:
    source = {
        "path_config_source": {"path": table_file(table)},
        # no end to the waiting: a listener without its table would answer 404 for all
        "initial_fetch_timeout": "0s",
        "resource_api_version": "V3",
    }
    return {"rds": {"route_config_name": table, "config_source": source}}


def http(settings: Block) -> Block:
    """Return what handles HTTP by some settings."""
    manager = f"{_TYPES}.filters.network.http_connection_manager.v3.HttpConnectionManager"
    return {
        "name": "envoy.filters.network.http_connection_manager",
        "typed_config": {"@type": manager} | settings,
    }


def listening(name: str, where: Block, handler: Block) -> Block:
    """Return a listener at an address with one way to handle connections."""
    return {
        "@type": LISTENER,
        "name": name,
        "address": where,
        "filter_chains": [{"filters": [handler]}],
    }


def address_block(address: str, port: int, network: str = "") -> Block:
    """Return where a listener is, with the file of its network namespace if it has one.

    https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/core/v3/address.proto
    """
    place: Block = {"address": address, "port_value": port}
    if network:
        place["network_namespace_filepath"] = network
    return {"socket_address": place}
