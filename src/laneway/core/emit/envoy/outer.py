"""The proxy outside of a private network: the way in and the way out.

Comes in: gateway ports and where they are on this machine. Goes out: what a second Envoy runs in
this machine's own network. A file of a Unix socket is seen from both sides, an address is not: it
joins gateways, which keep the client's address by the PROXY protocol, and leads the mesh's calls to
whatever this machine reaches. Each proxy runs in a folder of its own beside the other's.
https://www.envoyproxy.io/docs/envoy/latest/configuration/listeners/listener_filters/proxy_protocol
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from laneway.core.emit.envoy.config import FRONT, OUTER_PROXY, Block, ProxyConfig
from laneway.core.emit.envoy.listeners import address_block, listening, tcp, tunnel_server
from laneway.core.emit.envoy.outside import named_by_request
from laneway.core.emit.envoy.passing import WAY_OUT
from laneway.core.emit.envoy.plain_clusters import pipe, pipe_cluster

_TYPES = "type.googleapis.com/envoy.extensions"
_OUTSIDE = "outside"


def way_out() -> Block:
    """Return the cluster by which a proxy inside reaches what is outside."""
    return pipe_cluster(WAY_OUT, f"../{quote(OUTER_PROXY, safe='')}/{pipe(WAY_OUT)}")


def inner_place(gateway: str) -> Block:
    """Return where a gateway listens inside, by its listener's name."""
    return {"pipe": {"path": f"./{pipe(gateway)}"}}


def told_client(listener: Block) -> Block:
    """Return a gateway's listener, just made, which is told its clients' addresses."""
    kind = f"{_TYPES}.filters.listener.proxy_protocol.v3.ProxyProtocol"
    told = {"name": "envoy.filters.listener.proxy_protocol", "typed_config": {"@type": kind}}
    return listener | {"listener_filters": [told]}


def outer_proxy(address: str, gateways: Mapping[str, int], inner: str) -> ProxyConfig:
    """Return what runs outside: gateways by name with their local ports, and the way out.

    `inner` is the name of the proxy that has the gateways.
    """
    listeners = {
        WAY_OUT: tunnel_server(WAY_OUT, {"pipe": {"path": f"./{pipe(WAY_OUT)}"}}, _OUTSIDE)
    }
    clusters = {_OUTSIDE: named_by_request(_OUTSIDE)}
    for gateway, port in gateways.items():
        name = f"{FRONT}{gateway}"
        listeners[name] = listening(name, address_block(address, port), tcp(name, name))
        clusters[name] = _telling(name, f"../{quote(inner, safe='')}/{pipe(gateway)}")
    return ProxyConfig(listeners, {}, clusters)


def _telling(name: str, path: str) -> Block:
    """Return the cluster of a gateway inside, which is told the client's address."""
    plain = {
        "name": "envoy.transport_sockets.raw_buffer",
        "typed_config": {"@type": f"{_TYPES}.transport_sockets.raw_buffer.v3.RawBuffer"},
    }
    kind = f"{_TYPES}.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport"
    return pipe_cluster(name, path) | {
        "transport_socket": {
            "name": "envoy.transport_sockets.upstream_proxy_protocol",
            "typed_config": {
                "@type": kind,
                "config": {"version": "V2"},
                "transport_socket": plain,
            },
        }
    }
