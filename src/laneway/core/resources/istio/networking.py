"""Istio kinds a user may have written: Gateway, VirtualService, DestinationRule, Sidecar.

https://istio.io/latest/docs/reference/config/networking/
Only what decides where a request goes is typed. Everything else of a route travels as one raw
policy value, so that nothing a user wrote is lost on the way to a proxy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct

from laneway.core.findings.place import Step
from laneway.core.resources.kubernetes.workloads import Service, ServicePort
from laneway.core.resources.matching import Labels, Match
from laneway.core.resources.meta import Meta
from laneway.core.resources.yaml.placed import Places

Raw = Mapping[str, Any]


class GatewayServer(Struct, frozen=True):
    """One server of a Gateway. `hosts` may carry a namespace prefix (`ns/host`).

    `tls` says whether the block is written, an empty one included. One that `passes_on` leads
    connections between networks to the cluster that their SNI names.
    """

    port: int
    protocol: str
    hosts: tuple[str, ...]
    port_name: str = ""
    tls: bool = False
    index: int = 0
    https_redirect: bool = False
    bind: str = ""
    passes_on: bool = False


class Gateway(Struct, frozen=True):
    """A Gateway. An empty selector selects every gateway proxy."""

    meta: Meta
    selector: Labels = ()
    servers: tuple[GatewayServer, ...] = ()


class RouteDestination(Struct, frozen=True, gc=False):
    """One weighted destination as written. Host may be a short name; port may be left out.

    `headers` is the raw `headers` block of the destination; `fallback` the vendor's extension.
    """

    host: str
    subset: str = ""
    port: int | None = None
    weight: int | None = None
    headers: Raw | None = None
    fallback: Raw | None = None
    index: int = 0


class HttpRoute(Struct, frozen=True, gc=False):
    """One `http[]` entry; `index` is its position in `spec.http`.

    `policy` holds its other fields raw (timeout, retries, fault, mirror, mirrors, rewrite,
    corsPolicy, headers, …); `redirect`, `direct_response` and `delegate` are raw blocks that
    replace the destinations.
    """

    kind: ClassVar[str] = "http"
    name: str
    matches: tuple[Match, ...]
    destinations: tuple[RouteDestination, ...]
    index: int
    redirect: Raw | None = None
    direct_response: Raw | None = None
    delegate: Raw | None = None
    policy: Raw = {}


class TcpRoute(Struct, frozen=True):
    """One `tcp[]` entry; its matches use only port, source labels, source namespace, gateways.

    `by_address`: a match also asks for the address that is dialed, which is not kept. Istio gives
    such a route no name.
    """

    kind: ClassVar[str] = "tcp"
    name: ClassVar[str] = ""
    matches: tuple[Match, ...]
    destinations: tuple[RouteDestination, ...]
    index: int
    by_address: bool = False


class VirtualService(Struct, frozen=True):
    """A VirtualService. `gateways` is as written; empty means `mesh`. `tls` routes stay raw.

    What could not be read is left out of each list, so counting in one says nothing of where a
    thing is written: a route knows that itself, of hosts and gateways `placed` says it.
    """

    meta: Meta
    hosts: tuple[str, ...] = ()
    gateways: tuple[str, ...] = ()
    http: tuple[HttpRoute, ...] = ()
    tcp: tuple[TcpRoute, ...] = ()
    tls: tuple[Raw, ...] = ()
    export_to: tuple[str, ...] | None = None
    host_places: Places = ()
    gateway_places: Places = ()

    def route_at(self, kind: Step, index: Step) -> HttpRoute | TcpRoute | None:
        """Return the route written as `spec.KIND[INDEX]`; None where there is none, or unread."""
        routes: tuple[HttpRoute | TcpRoute, ...] = self.tcp if kind == "tcp" else self.http
        return next((route for route in routes if route.index == index), None)


class SubsetRule(Struct, frozen=True):
    """A subset of a DestinationRule as written."""

    name: str
    labels: Labels = ()
    traffic_policy: Raw | None = None
    index: int = 0


class DestinationRule(Struct, frozen=True):
    """A DestinationRule. `export_to` is None when not written: Istio tells that from `["*"]`.

    So is `workload_selector`, which may be written and empty: then it selects every caller.
    """

    meta: Meta
    host: str
    subsets: tuple[SubsetRule, ...] = ()
    traffic_policy: Raw | None = None
    export_to: tuple[str, ...] | None = None
    workload_selector: Labels | None = None


class SidecarEgress(Struct, frozen=True):
    """One egress listener of a Sidecar: hosts in `namespace/dnsName` form."""

    hosts: tuple[str, ...]
    port: int | None = None


class Sidecar(Struct, frozen=True):
    """A Sidecar resource; without a workload selector it speaks for its whole namespace.

    `refuses`: calls to what its pods do not see get an error (REGISTRY_ONLY, also where the policy
    is written without a mode), instead of going to the address that was dialed.
    """

    meta: Meta
    workload_selector: Labels = ()
    egress: tuple[SidecarEgress, ...] = ()
    refuses: bool = False


class ServiceEntry(Struct, frozen=True):
    """A ServiceEntry. `services` are those of its hosts that are named like Services here."""

    meta: Meta
    hosts: tuple[str, ...] = ()
    selector: Labels = ()
    services: tuple[Service, ...] = ()
    export_to: tuple[str, ...] | None = None
    ports: tuple[ServicePort, ...] = ()


class TrafficLabel(Struct, frozen=True):
    """The vendor's TrafficLabel (v1, v1beta1). Read and kept; vanilla Istio gives it no effect."""

    meta: Meta
    workload_selector: Labels = ()
    rules: tuple[Raw, ...] = ()
