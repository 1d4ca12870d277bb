"""The plan, spelled for Envoy: a gateway and every sidecar on one machine.

Comes in: Mesh, RoutePlan, Placement. Goes out: an EnvoyConfig. Everything is decided in the plan;
here it is only written down, as istiod would write it for each proxy. By default one Envoy carries
all listeners; with one per workload each replica's Envoy holds its own table, as a pod's would. A
mesh with interception has one more, outside of its private network.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from laneway.core.emit.envoy.carrier_log import telling
from laneway.core.emit.envoy.cluster_names import inbound_cluster
from laneway.core.emit.envoy.clusters import clusters, http_version, local_cluster
from laneway.core.emit.envoy.config import (
    GATEWAY_PROXY,
    ONE_PROXY,
    OUTER_PROXY,
    Block,
    EnvoyConfig,
    InboundCounter,
    ProxyConfig,
    RouteCounter,
    Unexecuted,
    inbound_stat,
    stat_name,
)
from laneway.core.emit.envoy.fallback import with_fallback
from laneway.core.emit.envoy.intercepting import (
    Led,
    Spoken,
    led_listener,
    tunnels,
    tunnels_cluster_of,
    tunnels_listener,
)
from laneway.core.emit.envoy.listeners import (
    Inbound,
    address_block,
    filtered,
    gateway_listener,
    inbound_listener,
    outbound_listener,
    tcp_listener,
)
from laneway.core.emit.envoy.outer import inner_place, outer_proxy, told_addresses, way_out
from laneway.core.emit.envoy.passing import PASSING, WAY_OUT, passing_listener
from laneway.core.emit.envoy.plain_clusters import Address
from laneway.core.emit.envoy.request_log import carrying
from laneway.core.emit.envoy.speller import Table
from laneway.core.emit.envoy.tables import (
    CallerClass,
    caller_table,
    class_of,
    gateway_table,
    gateway_table_name,
)
from laneway.core.emit.envoy.traffic_policy import unexecuted
from laneway.core.emit.envoy.tunnels import TUNNELS, tunnels_cluster
from laneway.core.emit.envoy.wasm import LaneFilters
from laneway.core.emit.placement import Interception, Placement, PortPlace, Replica
from laneway.core.mesh.mesh import Mesh, MeshPort, MeshService
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.asked_of_requests import headers_asked
from laneway.core.routing.plan.route_plan import GatewayPort, RoutePlan
from laneway.core.routing.plan.stamps import carriers, lane_headers
from laneway.core.routing.plan.told_apart import asked_by_proxies


class _Proxy(Struct):
    """One proxy while its parts are gathered."""

    clusters: dict[str, Block]
    listeners: dict[str, Block] = {}
    tables: dict[str, Block] = {}
    tunnels: dict[str, Address] = {}

    def done(self) -> ProxyConfig:
        tunnels = {TUNNELS: tunnels_cluster(self.tunnels)} if self.tunnels else {}
        return ProxyConfig(self.listeners, self.tables, self.clusters | tunnels)


class _Summary(Struct):
    """What is known of a configuration beside its blocks."""

    filters: LaneFilters
    lane_headers: tuple[str, ...]
    carriers: tuple[str, ...]
    routes: list[RouteCounter] = []
    inbound: list[InboundCounter] = []
    callers: dict[str, list[str]] = {}
    unexecuted: set[Unexecuted] = set()

    def note(self, table: Table) -> None:
        """Take over what a table says of itself."""
        self.routes.extend(table.counters)
        self.unexecuted.update(table.unexecuted)


def envoy_config(
    mesh: Mesh, plan: RoutePlan, placement: Placement, *, per_workload: bool = False
) -> EnvoyConfig:
    """Return what every proxy runs. The proxies' names are `mesh`, or `gateway` and the replicas'.

    Total: what cannot be spelled is named in `unexecuted`. Equal input gives equal output.
    """
    private = placement.interception
    outbound = clusters(mesh, plan, placement)
    if private is not None:
        outbound[WAY_OUT] = way_out()
    summary = _Summary(LaneFilters(mesh), lane_headers(mesh), carriers(mesh))
    summary.unexecuted.update(unexecuted(mesh, plan))
    proxies: dict[str, _Proxy] = {}

    def proxy(name: str) -> _Proxy:
        return proxies.setdefault(name if per_workload else ONE_PROXY, _Proxy(dict(outbound)))

    _add_gateways(mesh, plan, placement, proxy(GATEWAY_PROXY), summary)
    tables = _caller_tables(mesh, plan, placement, summary)
    ports, spoken = _port_speech(mesh), Spoken.of(mesh, plan)
    for replica in placement.replicas:
        own = proxy(replica.name)
        table = tables[replica.name]
        name = str(table["name"])
        own.tables[name] = table
        if private is None:
            _add_own_proxy(own, replica, name, summary)
        else:
            _add_led(own, replica, name, Led(private, spoken), summary)
        _add_inbounds(own, replica, ports, summary)
    found = {name: with_fallback(proxies[name].done()) for name in sorted(proxies)}
    if private is not None:
        inner = GATEWAY_PROXY if per_workload else ONE_PROXY
        found[OUTER_PROXY] = _outer(plan, placement, private, inner)
    return EnvoyConfig(
        found,
        tuple(summary.routes),
        tuple(summary.inbound),
        {table: tuple(names) for table, names in summary.callers.items()},
        tuple(sorted(summary.unexecuted)),
    )


def _add_gateways(
    mesh: Mesh, plan: RoutePlan, placement: Placement, proxy: _Proxy, summary: _Summary
) -> None:
    for port, local in _opened(plan, placement):
        name = gateway_table_name(port)
        table = gateway_table(mesh, plan, port, name)
        summary.note(table)
        proxy.tables[name] = table.block
        if placement.interception is None:
            listener = gateway_listener(address_block(placement.gateway_address, local), name)
        else:
            listener = told_addresses(gateway_listener(inner_place(name), name))
        listener = carrying(listener, headers_asked(port))
        proxy.listeners[name] = filtered(listener, summary.filters.coming_from_outside(port))
    if placement.interception is not None:
        proxy.listeners[PASSING] = passing_listener(mesh, placement.interception)


def _opened(plan: RoutePlan, placement: Placement) -> Iterator[tuple[GatewayPort, int]]:
    """Yield the gateway ports that have a place on this machine."""
    for port in plan.gateway_ports:
        local = placement.gateways.get((port.selector, port.port))
        if local is not None:
            yield port, local


def _outer(plan: RoutePlan, placement: Placement, private: Interception, inner: str) -> ProxyConfig:
    """Return what runs outside of the private network, before the proxy that has the gateways."""
    gateways = {gateway_table_name(port): local for port, local in _opened(plan, placement)}
    return outer_proxy(placement.gateway_address, gateways, inner, private)


def _caller_tables(
    mesh: Mesh, plan: RoutePlan, placement: Placement, summary: _Summary
) -> Mapping[str, Block]:
    """Return each replica's table; replicas of one class get the very same one."""
    asked = asked_by_proxies(mesh, plan)
    made: dict[CallerClass, Block] = {}
    found: dict[str, Block] = {}
    for replica in placement.replicas:
        callers = class_of(replica, asked)
        if callers not in made:
            table = caller_table(mesh, plan, callers, placement.interception)
            summary.note(table)
            made[callers] = table.block
        found[replica.name] = made[callers]
        summary.callers.setdefault(callers.table, []).append(replica.name)
    return found


_Speech = Mapping[Ref, list[tuple[MeshService, MeshPort]]]


def _port_speech(mesh: Mesh) -> _Speech:
    """Return, for each workload, the service ports that lead to it."""
    found: dict[Ref, list[tuple[MeshService, MeshPort]]] = {}
    for service in mesh.services.values():
        for workload in service.workloads:
            for port in service.ports:
                found.setdefault(workload.meta.ref, []).append((service, port))
    return found


def _add_own_proxy(proxy: _Proxy, replica: Replica, table: str, summary: _Summary) -> None:
    """Add the HTTP proxy of a replica, of which its programs are told."""
    name = f"outbound/{replica.name}"
    where = (replica.address, replica.outbound)
    listener = outbound_listener(name, where, table, replica.name)
    listener = carrying(listener, summary.lane_headers)
    listener = telling(listener, replica.name, summary.carriers)
    proxy.listeners[name] = filtered(listener, summary.filters.going_out(replica))
    proxy.tunnels[replica.name] = where


def _add_led(proxy: _Proxy, replica: Replica, table: str, led: Led, summary: _Summary) -> None:
    """Add the listener to which all is led that a replica's programs open."""
    name = f"outbound/{replica.name}"
    listener = led_listener(name, replica, table, led)
    listener = carrying(listener, summary.lane_headers)
    listener = telling(listener, replica.name, summary.carriers)
    proxy.listeners[name] = filtered(listener, summary.filters.going_out(replica))
    if led.spoken.tcp:
        proxy.listeners[tunnels(table)] = tunnels_listener(table)
        proxy.clusters[tunnels(table)] = tunnels_cluster_of(table)


def _add_inbounds(proxy: _Proxy, replica: Replica, speech: _Speech, summary: _Summary) -> None:
    """Add a listener for each port at which a replica is dialed."""
    for place in replica.ports if replica.sidecar else ():
        led = [
            (service, port)
            for service, port in speech.get(replica.workload, ())
            if port.target in (place.container, place.name)
        ]
        _add_inbound(proxy, replica, place, _spoken(led), summary)


def _spoken(led: list[tuple[MeshService, MeshPort]]) -> str:
    """Return what a container port speaks: a version of HTTP, or nothing Envoy would read.

    A port no service leads to is handed on as bytes.
    """
    http = [(service, port) for service, port in led if port.protocol == "http"]
    if not http:
        return ""
    return http_version(*http[0])


def _add_inbound(
    proxy: _Proxy, replica: Replica, place: PortPlace, version: str, summary: _Summary
) -> None:
    name = f"inbound/{replica.name}/{place.container}"
    cluster = inbound_cluster(replica.name, place.container)
    stat = inbound_stat(replica.name, place.container)
    proxy.clusters[cluster] = local_cluster(cluster, replica, place, version or "1")
    where = Inbound(name, replica.address, place.inbound, cluster, stat, replica.network)
    if version:
        listener = inbound_listener(where, grpc=version == "2")
        proxy.listeners[name] = filtered(listener, summary.filters.coming_in(replica))
        counter = stat_name("http", stat, "downstream_rq_total")
    else:
        proxy.listeners[name] = tcp_listener(where)
        counter = stat_name("tcp", stat, "downstream_cx_total")
    summary.inbound.append(InboundCounter(counter, replica.name, place.container))
