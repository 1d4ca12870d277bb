"""Clusters: a service port, or one subset of its pods, with the addresses of the replicas.

Comes in: the mesh, the subsets that callers see, and where replicas run. Goes out: Envoy's clusters
by istiod's names. Endpoints stand inside their cluster, so that one file and one version tell that
both are live. A subset without pods is a cluster without endpoints (503), one nobody declares is no
cluster (503 too); neither is an error here.
https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/cluster/v3/cluster.proto
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from laneway.core.emit.envoy.config import Block, cluster_name
from laneway.core.emit.placement import Placement, PortPlace, Replica
from laneway.core.mesh.mesh import Mesh, MeshPort, MeshService
from laneway.core.mesh.names import Host
from laneway.core.resources.matching import Labels
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan import Destination, RoutePlan

Address = tuple[str, int]

PASSTHROUGH = "PassthroughCluster"
"""Istio's name for the way out of the mesh."""

DNS_CACHE: Block = {
    "name": "outside",
    "dns_lookup_family": "V4_PREFERRED",
    "typed_dns_resolver_config": {
        "name": "envoy.network.dns_resolver.getaddrinfo",
        "typed_config": {
            "@type": "type.googleapis.com/"
            "envoy.extensions.network.dns_resolver.getaddrinfo.v3.GetAddrInfoDnsResolverConfig"
        },
    },
}
"""Names outside the mesh are resolved as the machine itself would."""

_CLUSTER = "type.googleapis.com/envoy.config.cluster.v3.Cluster"
_HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
_H2_NAMES = frozenset({"http2", "grpc"})
_MOST = 4_294_967_295
_LIMITS: Block = {
    "thresholds": [
        {
            "max_connections": _MOST,
            "max_pending_requests": _MOST,
            "max_requests": _MOST,
            "max_retries": _MOST,
        }
    ]
}


@dataclass(frozen=True, slots=True)
class ClusterNames:
    """Which name a destination has for callers of a namespace.

    Callers share istiod's name as long as they see the same pods under it. Where a DestinationRule
    of their own namespace tells them otherwise, their name carries that namespace.
    """

    plan: RoutePlan

    def name(self, destination: Destination, namespace: str) -> str:
        """Return the cluster's name, also of a destination that does not exist."""
        host, port, subset = destination.host, destination.port, destination.subset
        name = cluster_name(host, port, subset)
        if not subset or self._labels(host, namespace, subset) == self._labels(host, "", subset):
            return name
        return f"{name}@{namespace}"

    def _labels(self, host: Host, namespace: str, subset: str) -> Labels | None:
        subsets = self.plan.subsets(host, namespace)
        return next((one.labels for one in subsets if one.name == subset), None)


@dataclass(slots=True)
class _Members:
    """Replicas by workload, looked up once per service."""

    by_workload: dict[Ref, list[Replica]] = field(default_factory=dict)

    @classmethod
    def of(cls, placement: Placement) -> _Members:
        members = cls()
        for replica in placement.replicas:
            members.by_workload.setdefault(replica.workload, []).append(replica)
        return members

    def serving(self, service: MeshService, port: MeshPort) -> list[tuple[Replica, Address]]:
        """Return the replicas that serve a port, and where each is dialed."""
        return [
            (replica, address)
            for workload in service.workloads
            for replica in self.by_workload.get(workload.meta.ref, ())
            if (address := dialed(replica, port)) is not None
        ]


def clusters(mesh: Mesh, plan: RoutePlan, placement: Placement) -> dict[str, Block]:
    """Return every outbound cluster, by name, and the way out of the mesh."""
    members = _Members.of(placement)
    names = ClusterNames(plan)
    found: dict[str, Block] = {}
    for host, service in mesh.services.items():
        for port in service.ports:
            serving = members.serving(service, port)
            for name, labels in _declared(plan, names, host, port.number):
                found[name] = _service_cluster(name, service, port, _carrying(serving, labels))
    found[PASSTHROUGH] = _passthrough()
    return found


def dialed(replica: Replica, port: MeshPort) -> Address | None:
    """Return where others reach a replica's container port, None when it has no such port.

    A target is a container port's number or its name.
    """
    for place in replica.ports:
        if port.target in (place.container, place.name):
            return replica.address, place.inbound if replica.sidecar else place.program
    return None


def local_cluster(name: str, replica: Replica, place: PortPlace, version: str) -> Block:
    """Return the cluster that hands on to the program of a replica. `version` as in `upstream`."""
    return _static(name, [(replica.address, place.program)]) | upstream(version)


def upstream(version: str) -> Block:
    """Return the settings for the protocol towards a cluster.

    `version` is `1`, `2`, or `same` for the version the request came in with, as Istio does on
    ports whose protocol it has to sniff.
    """
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


def http_version(service: MeshService, port: MeshPort) -> str:
    """Return which version of HTTP a port speaks, in the words of `upstream`."""
    declared = next((p.app_protocol for p in service.service.ports if p.number == port.number), "")
    word = port.name.lower().split("-", 1)[0]
    if declared.lower() in {"kubernetes.io/h2c", *_H2_NAMES} or (
        not declared and word in _H2_NAMES
    ):
        return "2"
    return "same" if port.sniffed else "1"


def _declared(
    plan: RoutePlan, names: ClusterNames, host: Host, port: int
) -> Iterator[tuple[str, Labels]]:
    """Yield every cluster of a service port: all its pods, then each subset of each view."""
    yield cluster_name(host, port), ()
    seen: set[str] = set()
    for view in sorted(plan.views.get(host, ()), key=lambda view: view.namespace):
        for subset in view.subsets:
            name = names.name(Destination(host, port, subset.name), view.namespace)
            if name not in seen:
                seen.add(name)
                yield name, subset.labels


def _carrying(serving: Iterable[tuple[Replica, Address]], labels: Labels) -> list[Address]:
    wanted = set(labels)
    return [address for replica, address in serving if wanted <= set(replica.caller.labels)]


def _service_cluster(
    name: str, service: MeshService, port: MeshPort, addresses: list[Address]
) -> Block:
    version = http_version(service, port) if port.protocol == "http" else "1"
    outside = service.service.external_name
    if service.service.type == "ExternalName" and outside:
        named = _static(name, [(outside, port.number)]) | upstream(version)
        return named | {"type": "STRICT_DNS", "dns_lookup_family": "V4_PREFERRED"}
    return _static(name, addresses) | upstream(version)


def _static(name: str, addresses: list[Address]) -> Block:
    endpoints = [
        {"endpoint": {"address": {"socket_address": {"address": host, "port_value": port}}}}
        for host, port in addresses
    ]
    load: Block = {"cluster_name": name}
    if endpoints:
        load["endpoints"] = [{"lb_endpoints": endpoints}]
    return {
        "@type": _CLUSTER,
        "name": name,
        "type": "STATIC",
        "connect_timeout": "10s",
        "lb_policy": "LEAST_REQUEST",
        "circuit_breakers": _LIMITS,
        "load_assignment": load,
    }


def _passthrough() -> Block:
    kind = "envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig"
    return {
        "@type": _CLUSTER,
        "name": PASSTHROUGH,
        "connect_timeout": "10s",
        "lb_policy": "CLUSTER_PROVIDED",
        "circuit_breakers": _LIMITS,
        "cluster_type": {
            "name": "envoy.clusters.dynamic_forward_proxy",
            "typed_config": {
                "@type": f"type.googleapis.com/{kind}",
                "dns_cache_config": DNS_CACHE,
            },
        },
    }
