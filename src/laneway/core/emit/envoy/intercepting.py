"""Interception, spelled for Envoy: listeners that programs meet without knowing of any proxy.

Comes in: replicas in network namespaces of their own, and the private network that joins them.
Goes out: for each replica the listener to which its namespace leads all that it opens. As in a pod
of Istio's, what speaks HTTP on a port of the mesh is routed by its Host, what is opened to a
service by the caller's labels, and all else goes on to where it was going.
https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from laneway.core.emit.envoy.config import Block, stat_name
from laneway.core.emit.envoy.listeners import (
    LISTENER,
    OUTBOUND,
    address_block,
    called_handler,
    listening,
    tcp,
)
from laneway.core.emit.envoy.outside import PASSTHROUGH
from laneway.core.emit.envoy.passing import (
    ANY,
    EVERYWHERE,
    ORIGINAL,
    WAY_OUT,
    chain,
    matching,
)
from laneway.core.emit.envoy.plain_clusters import pipe, pipe_cluster
from laneway.core.emit.placement import Interception, Replica
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan.route_plan import RoutePlan

CALLER = "x-laneway-caller"
"""The header by which a tunnel tells whose it is, for the log of requests."""

_TYPES = "type.googleapis.com/envoy.extensions"
_LOCAL = "127.0.0.0/8"
_HTTP = ["http/1.0", "http/1.1", "h2c"]


class Spoken(Struct, frozen=True):
    """What is spoken in a mesh: the ports on which HTTP is looked for, and whether any has TCP."""

    http: tuple[int, ...]
    tcp: bool

    @classmethod
    def of(cls, mesh: Mesh, plan: RoutePlan) -> Spoken:
        """Return it for a mesh."""
        ports = [port for service in mesh.services.values() for port in service.ports]
        found = {port.number for port in ports if port.protocol == "http"}
        found |= {hop.port for hops in plan.outside.values() for hop in hops}
        tcp_too = any(port.protocol == "tcp" or port.sniffed for port in ports)
        return cls(tuple(sorted(found)), tcp_too)


class Led(Struct, frozen=True):
    """What is led where: the private network, and what is spoken in it."""

    private: Interception
    spoken: Spoken


def sent_by_tcp(replica: str) -> str:
    """Return the counter of a replica's connections to services that are no HTTP.

    >>> sent_by_tcp("cart-0")
    'tcp.out|cart-0.downstream_cx_total'
    """
    return stat_name("tcp", _stat(replica), "downstream_cx_total")


def _stat(replica: str) -> str:
    return f"out|{replica}"


def led_listener(name: str, replica: Replica, table: str, led: Led) -> Block:
    """Return the listener that a replica's programs meet wherever they dial."""
    private, spoken = led.private, led.spoken
    http = called_handler(table, replica.name)
    spoke_http = {"application_protocols": _HTTP}
    chains = [
        chain("host", matching([f"{private.host}/32", _LOCAL]), tcp("host", WAY_OUT)),
        chain("http", matching([private.virtual, EVERYWHERE]) | spoke_http, http),
        chain("outside", matching([EVERYWHERE]), tcp("outside", PASSTHROUGH)),
    ]
    if spoken.tcp:
        chains.append(
            chain("services", matching([private.virtual]), _tunneling(replica.name, table))
        )
    return {
        "@type": LISTENER,
        "name": name,
        "address": address_block(ANY, replica.outbound, replica.network),
        # counted as if it listened on the replica's address, which is nobody else's
        "stat_prefix": f"{replica.address}_{replica.outbound}",
        "listener_filters": [ORIGINAL, *_inspector(spoken.http)],
        # who is silent on a port of HTTP may be about to speak it, as in Istio
        "listener_filters_timeout": "0s",
        "filter_chains": chains,
    } | OUTBOUND


def _tunneling(replica: str, table: str) -> Block:
    """Return what sends bytes through a tunnel that a table routes by where they were going."""
    handler = tcp(_stat(replica), tunnels(table))
    handler["typed_config"]["tunneling_config"] = {
        "hostname": "%DOWNSTREAM_LOCAL_ADDRESS%",
        "headers_to_add": [{"header": {"key": CALLER, "value": replica}}],
    }
    return handler


def tunnels(table: str) -> str:
    """Return the name of the listener, and cluster, at which a table's tunnels are asked for."""
    return f"tunnels/{table}"


def tunnels_listener(table: str) -> Block:
    """Return the listener at which connections to services are routed as tunnels by a table."""
    handler = called_handler(table, f"%REQ({CALLER})%", tunnels=True)
    place: Block = {"pipe": {"path": f"./{pipe(tunnels(table))}"}}
    return listening(tunnels(table), place, handler) | OUTBOUND


def tunnels_cluster_of(table: str) -> Block:
    """Return the cluster of that listener."""
    return pipe_cluster(tunnels(table), f"./{pipe(tunnels(table))}")


def _inspector(ports: Iterable[int]) -> list[Block]:
    """Return what tells HTTP from other bytes, on some ports alone.

    Elsewhere nobody waits for a client's first bytes: the server may be the one to speak first.
    """
    rules = [{"destination_port_range": {"start": port, "end": port + 1}} for port in ports]
    if not rules:
        return []
    known: Block = rules[0] if len(rules) == 1 else {"or_match": {"rules": rules}}
    kind = f"{_TYPES}.filters.listener.http_inspector.v3.HttpInspector"
    return [
        {
            "name": "envoy.filters.listener.http_inspector",
            "typed_config": {"@type": kind},
            "filter_disabled": {"not_match": known},
        }
    ]
