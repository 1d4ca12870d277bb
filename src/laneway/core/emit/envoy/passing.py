"""What proxies in a private network dial and is no pod: a router and a kube-proxy, in one listener.

Comes in: the services of a mesh and their virtual addresses. Goes out: the listener to which the
private network leads such connections. Virtual addresses lead to all pods of a service, as in a
cluster where no route of Istio's says otherwise; this machine's address leads to what listens on
its localhost, every other one outside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network

from laneway.core.emit.envoy.cluster_names import cluster_name
from laneway.core.emit.envoy.config import Block
from laneway.core.emit.envoy.listeners import LISTENER, OUTBOUND, address_block, tcp
from laneway.core.emit.placement import Interception
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan.route_plan import Destination

WAY_OUT = "way-out"
"""The name of the cluster that leads out of the private network."""

PASSING = "passing"
"""The name of the listener."""

EVERYWHERE = "0.0.0.0/0"
ANY = "0.0.0.0"  # noqa: S104 - a namespace leads to 127.0.0.1 or to its own address
_TYPES = "type.googleapis.com/envoy.extensions"
_REFUSED = "refused"
ORIGINAL: Block = {
    "name": "envoy.filters.listener.original_dst",
    "typed_config": {"@type": f"{_TYPES}.filters.listener.original_dst.v3.OriginalDst"},
}
"""The filter that reads off a redirected connection where it was going."""


def passing_listener(mesh: Mesh, private: Interception) -> Block:
    """Return the listener.

    Envoy looks at a connection's port first: where a chain names the port, those without are not
    asked. So all of them stand once for each port of a service, and once for all other ports.
    """
    services = list(_virtual_ports(mesh, private))
    out = tcp(WAY_OUT, WAY_OUT)
    chains = []
    for port in (None, *sorted({port for _, port, _ in services})):
        chains += [
            chain(_named(_REFUSED, port), matching([private.virtual], port), _refusal()),
            chain(_named(WAY_OUT, port), matching([EVERYWHERE], port), out),
        ]
    for address, port, cluster in services:
        chains.append(chain(cluster, matching([f"{address}/32"], port), tcp(PASSING, cluster)))
    return {
        "@type": LISTENER,
        "name": PASSING,
        "address": address_block(ANY, private.port),
        "listener_filters": [ORIGINAL],
        "filter_chains": chains,
    } | OUTBOUND


def _virtual_ports(mesh: Mesh, private: Interception) -> Iterator[tuple[str, int, str]]:
    """Yield the virtual address, port and cluster of each port of a service."""
    for host, service in mesh.services.items():
        if host in private.services:
            for port in service.ports:
                cluster = cluster_name(Destination(host, port.number))
                yield private.services[host], port.number, cluster


def _named(name: str, port: int | None) -> str:
    return name if port is None else f"{name}/{port}"


def _refusal() -> Block:
    """Return what closes a connection: there is no such cluster."""
    return tcp(_REFUSED, _REFUSED)


def chain(name: str, match: Block, handler: Block) -> Block:
    """Return a filter chain: which connections it takes, and what handles them."""
    return {"name": name, "filter_chain_match": match, "filters": [handler]}


def matching(ranges: Iterable[str], port: int | None = None) -> Block:
    """Return the match of connections by where they were going; without a port to any.

    https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/listener/v3/listener_components.proto#config-listener-v3-filterchainmatch
    """
    networks = [IPv4Network(one) for one in ranges]
    match: Block = {
        "prefix_ranges": [
            {"address_prefix": str(one.network_address), "prefix_len": one.prefixlen}
            for one in networks
        ]
    }
    return match if port is None else match | {"destination_port": port}
