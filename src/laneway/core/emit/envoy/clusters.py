"""Clusters: a service port, or one subset of its pods, with the addresses of the replicas.

Comes in: the mesh, the subsets that callers see, and where replicas run. Goes out: Envoy's clusters
by istiod's names. Endpoints stand inside their cluster, so that one file and one version tell that
both are live. A subset without pods is a cluster without endpoints (503), one nobody declares is no
cluster (503 too); neither is an error here. A lane that others stand in for has two: its own pods,
and under its name those and the others.
https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/cluster/v3/cluster.proto
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from laneway.core.emit.envoy.cluster_names import cluster_name, own_cluster
from laneway.core.emit.envoy.config import Block
from laneway.core.emit.envoy.fallback import aggregate, members, watched
from laneway.core.emit.envoy.health import asked
from laneway.core.emit.envoy.outside import PASSTHROUGH, passthrough, resolved_inside
from laneway.core.emit.envoy.plain_clusters import Address, static_cluster, upstream
from laneway.core.emit.envoy.traffic_policy import with_policy
from laneway.core.emit.placement import Placement, PortPlace, Replica
from laneway.core.mesh.mesh import Caller, Mesh, MeshPort, MeshService
from laneway.core.mesh.names import Host
from laneway.core.mesh.ports import is_http_2
from laneway.core.resources.matching import Labels
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.lane_subsets import SubsetView
from laneway.core.routing.plan.route_plan import Destination, RoutePlan

Serving = tuple[Replica, Address, PortPlace]
"""A replica that serves a port, where it is dialed, and which of its ports that is."""


class ClusterNames(Struct, frozen=True):
    """Which name a destination has for a caller.

    Callers share istiod's name as long as they see the same pods under it. Where a DestinationRule
    of their own namespace tells them otherwise, their name carries that namespace, and the labels
    by which it selects them.
    """

    plan: RoutePlan

    def name(self, destination: Destination, caller: Caller) -> str:
        """Return the cluster's name, also of a destination that does not exist."""
        return self.seen(destination, self.plan.view(destination.host, caller))

    def seen(self, destination: Destination, view: SubsetView | None) -> str:
        """Return the name for those whose view of the host it is."""
        rest = self.plan.view(destination.host, Caller("", ()))
        if view is None or _pods(view, destination) == _pods(rest, destination):
            return cluster_name(destination)
        chosen = ",".join(f"{key}={value}" for key, value in view.selector or ())
        return cluster_name(destination, f"{view.namespace}+{chosen}" if chosen else view.namespace)


def _pods(view: SubsetView | None, destination: Destination) -> Labels | None:
    """Return the labels of a destination's pods in a view; None where it knows no such subset."""
    subsets = view.subsets if view is not None else ()
    if not destination.subset:
        return ()
    return next((one.labels for one in subsets if one.name == destination.subset), None)


class _Members(Struct):
    """Replicas by workload, looked up once per service."""

    by_workload: dict[Ref, list[Replica]] = {}

    @classmethod
    def of(cls, placement: Placement) -> _Members:
        members = cls()
        for replica in placement.replicas:
            members.by_workload.setdefault(replica.workload, []).append(replica)
        return members

    def serving(self, service: MeshService, port: MeshPort) -> list[Serving]:
        """Return the replicas that serve a port."""
        return [
            (replica, replica.dialed(place), place)
            for workload in service.workloads
            for replica in self.by_workload.get(workload.meta.ref, ())
            if (place := replica.place_of(port.target)) is not None
        ]


def clusters(mesh: Mesh, plan: RoutePlan, placement: Placement) -> dict[str, Block]:
    """Return every outbound cluster, by name, and the way out of the mesh.

    A cluster that stands for several others keeps its own settings; theirs get the host's policy.
    """
    running = _Members.of(placement)
    names = ClusterNames(plan)
    found: dict[str, Block] = {}
    for host, service in mesh.services.items():
        policy = plan.policies.get(host)
        for port in service.ports:
            serving = running.serving(service, port)
            wanted = policy.by_port[port.number] if policy else {}
            for one in _declared(names, host, port.number):
                pods = _carrying(serving, one.labels)
                for name, block in _spelled(one, service, port, pods).items():
                    found[name] = block if members(block) else with_policy(block, wanted)
    found[PASSTHROUGH] = passthrough(placement.interception)
    if placement.interception is not None:
        for name, block in found.items():
            if block.get("type") == "STRICT_DNS":
                found[name] = resolved_inside(block, placement.interception)
    return found


def local_cluster(name: str, replica: Replica, place: PortPlace, version: str) -> Block:
    """Return the cluster that hands on to the program of a replica. `version` as in `upstream`."""
    return static_cluster(name, [(replica.address, place.program)]) | upstream(version)


def http_version(service: MeshService, port: MeshPort) -> str:
    """Return which version of HTTP a port speaks, in the words of `upstream`."""
    written = next((one for one in service.service.ports if one.number == port.number), None)
    if written is not None and is_http_2(written):
        return "2"
    return "same" if port.sniffed else "1"


class _Declared(Struct, frozen=True):
    """A cluster that callers know: its name, its pods' labels, and whose pods stand in for them."""

    name: str
    labels: Labels
    stand_ins: tuple[str, ...] = ()


def _declared(names: ClusterNames, host: Host, port: int) -> Iterator[_Declared]:
    """Yield every cluster of a service port: all its pods, then each subset of each view."""
    yield _Declared(cluster_name(Destination(host, port)), ())
    seen: set[str] = set()
    # the view for everybody has no namespace and comes first: it declares the names that are shared
    for view in sorted(names.plan.views.get(host, ()), key=lambda view: view.namespace):
        spelled = {
            one.name: names.seen(Destination(host, port, one.name), view) for one in view.subsets
        }
        for subset in view.subsets:
            name = spelled[subset.name]
            if name not in seen:
                seen.add(name)
                others = view.stand_ins.get(subset.name, ())
                clusters = (_of_stand_in(spelled[one], view.stand_ins.get(one)) for one in others)
                yield _Declared(name, subset.labels, tuple(clusters))


def _of_stand_in(name: str, others: tuple[str, ...] | None) -> str:
    """Return the cluster of a stand-in's own pods: whoever stands in for it comes later anyway."""
    return own_cluster(name) if others else name


def _carrying(serving: Iterable[Serving], labels: Labels) -> list[Serving]:
    wanted = set(labels)
    return [one for one in serving if wanted <= set(one[0].caller.labels)]


def _spelled(
    one: _Declared, service: MeshService, port: MeshPort, pods: list[Serving]
) -> dict[str, Block]:
    """Return the cluster of a name; with stand-ins also the one of its own pods."""
    addresses = [address for _, address, _ in pods]
    # behind a DNS name stands nobody's pod that could be asked whether it is well
    if not one.stand_ins or service.service.type == "ExternalName":
        return {one.name: _service_cluster(one.name, service, port, addresses)}
    own = own_cluster(one.name)
    block = _service_cluster(own, service, port, addresses)
    asking = asked(service, [(replica, place) for replica, _, place in pods])
    for endpoint, place in zip(_endpoints(block), asking.ports, strict=True):
        endpoint["health_check_config"] = {"port_value": place.program}
    return {
        one.name: aggregate(one.name, (own, *one.stand_ins), block),
        own: watched(block, asking.check),
    }


def _endpoints(block: Block) -> list[Block]:
    localities = block["load_assignment"].get("endpoints", ())
    return [one["endpoint"] for locality in localities for one in locality["lb_endpoints"]]


def _service_cluster(
    name: str, service: MeshService, port: MeshPort, addresses: list[Address]
) -> Block:
    version = http_version(service, port) if port.protocol == "http" else "1"
    outside = service.service.external_name
    if service.service.type == "ExternalName" and outside:
        named = static_cluster(name, [(outside, port.number)]) | upstream(version)
        return named | {"type": "STRICT_DNS", "dns_lookup_family": "V4_PREFERRED"}
    return static_cluster(name, addresses) | upstream(version)
