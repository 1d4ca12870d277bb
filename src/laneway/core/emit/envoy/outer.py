"""The proxy outside of a private network: the way in and the way out.

Comes in: gateway ports and where they are on this machine. Goes out: what a second Envoy runs in
this machine's own network. A file of a Unix socket is seen from both sides, an address is not. In
both directions the PROXY protocol tells what the addresses were: to gateways who the client is, on
the way out where a connection was going. Each proxy runs in a folder of its own beside the other's.
https://www.envoyproxy.io/docs/envoy/latest/configuration/listeners/listener_filters/proxy_protocol
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from laneway.core.emit.envoy.config import FRONT, OUTER_PROXY, Block, ProxyConfig
from laneway.core.emit.envoy.listeners import LISTENER, address_block, listening, tcp
from laneway.core.emit.envoy.outside import dialed_again
from laneway.core.emit.envoy.passing import EVERYWHERE, WAY_OUT, chain, matching
from laneway.core.emit.envoy.plain_clusters import pipe, pipe_cluster
from laneway.core.emit.placement import Interception

_TYPES = "type.googleapis.com/envoy.extensions"
_OUTSIDE, _HERE = "outside", "here"


def way_out() -> Block:
    """Return the cluster by which a proxy inside reaches what is outside."""
    return _telling(WAY_OUT, f"../{quote(OUTER_PROXY, safe='')}/{pipe(WAY_OUT)}")


def inner_place(gateway: str) -> Block:
    """Return where a gateway listens inside, by its listener's name."""
    return {"pipe": {"path": f"./{pipe(gateway)}"}}


def told_addresses(listener: Block) -> Block:
    """Return a listener at a Unix socket, just made, which is told the addresses of connections."""
    kind = f"{_TYPES}.filters.listener.proxy_protocol.v3.ProxyProtocol"
    told = {"name": "envoy.filters.listener.proxy_protocol", "typed_config": {"@type": kind}}
    return listener | {"listener_filters": [told]}


def outer_proxy(
    address: str, gateways: Mapping[str, int], inner: str, private: Interception
) -> ProxyConfig:
    """Return what runs outside: gateways by name with their local ports, and the way out.

    `inner` is the name of the proxy that has the gateways.
    """
    listeners = {WAY_OUT: told_addresses(_leaving(private))}
    clusters = {_OUTSIDE: dialed_again(_OUTSIDE)}
    for gateway, port in gateways.items():
        name = f"{FRONT}{gateway}"
        listeners[name] = listening(name, address_block(address, port), tcp(name, name))
        clusters[name] = _telling(name, f"../{quote(inner, safe='')}/{pipe(gateway)}")
    return ProxyConfig(listeners, {}, clusters)


def _leaving(private: Interception) -> Block:
    """Return the listener that dials again what was dialed inside; this machine on localhost."""
    here = chain(_HERE, matching([f"{private.host}/32"]), tcp(_HERE, _OUTSIDE))
    here["filters"] = [_to_localhost(), *here["filters"]]
    return {
        "@type": LISTENER,
        "name": WAY_OUT,
        "address": {"pipe": {"path": f"./{pipe(WAY_OUT)}"}},
        "filter_chains": [
            here,
            chain(_OUTSIDE, matching([EVERYWHERE]), tcp(_OUTSIDE, _OUTSIDE)),
        ],
    }


def _to_localhost() -> Block:
    """Return the filter that has a connection dialed at the same port of 127.0.0.1.

    https://www.envoyproxy.io/docs/envoy/latest/configuration/advanced/well_known_filter_state
    """
    key = "envoy.network.transport_socket.original_dst_address"
    text = {"text_format_source": {"inline_string": "127.0.0.1:%DOWNSTREAM_LOCAL_PORT%"}}
    return {
        "name": "envoy.filters.network.set_filter_state",
        "typed_config": {
            "@type": f"{_TYPES}.filters.network.set_filter_state.v3.Config",
            "on_new_connection": [{"object_key": key, "format_string": text}],
        },
    }


def _telling(name: str, path: str) -> Block:
    """Return the cluster of a Unix socket that is told the addresses of each connection."""
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
