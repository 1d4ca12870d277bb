"""Who stands in a topology: the pods of a service in each lane, gateways, and callers outside.

Comes in: the mesh, its plan and who was seen to call. Goes out: versions by id, and which of them a
workload is. Whose a pod is, membership says; a pod in two lanes stands with the older one, so that
nobody stands twice. A lane that is taken to have a service of which no workload is known has a
version without pods there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.mesh.injection import lack_of_sidecar
from laneway.core.mesh.members import index_by_label, maker, selected
from laneway.core.mesh.membership import lanes_of, owner
from laneway.core.mesh.mesh import Group, Mesh, MeshService
from laneway.core.mesh.names import Host, LaneName
from laneway.core.mesh.upstreams import calls_of
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.matching import Labels
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.gateways import GATEWAY_NAMESPACE
from laneway.core.routing.plan.route_plan import GatewayPort, RoutePlan
from laneway.core.views.topology.graph import NodeKind

_OUTSIDE = "outside:"


class SeenCall(Struct, frozen=True):
    """A call that was seen in traffic and that no manifest names: from a node to a service."""

    caller: str
    host: Host


class Version(Struct, frozen=True):
    """Pods that stand in one place of a topology. `is_meshed` says that proxies serve them."""

    id: str
    kind: NodeKind
    name: str
    namespace: str
    host: Host = Host("")
    group: str = ""
    lane: str | None = None
    workloads: tuple[Workload, ...] = ()
    selector: Labels = ()
    is_meshed: bool = True

    @property
    def labels(self) -> dict[str, str]:
        """The labels that all pods wear; without any known, those that make it what it is."""
        worn = [set(one.labels.items()) for one in self.workloads]
        return dict(sorted(set.intersection(*worn))) if worn else dict(self.selector)

    @property
    def pods(self) -> int:
        """The number of pods that are wanted."""
        return sum(one.replicas for one in self.workloads)

    @property
    def ready(self) -> int | None:
        """The number of pods that are ready, None where the input does not say."""
        told = [one.ready for one in self.workloads]
        known = [one for one in told if one is not None]
        return sum(known) if told and len(known) == len(told) else None


class Versions(Struct, frozen=True):
    """All versions by id; `at` finds a workload's at a service, `home` the one it calls from.

    `called` are the services that each is known to call, once that was looked at.
    """

    all: Mapping[str, Version]
    at: Mapping[tuple[Host, Ref], str]
    home: Mapping[Ref, str]
    called: frozenset[tuple[str, Host]] = frozenset()

    def unknown_at(self, service: MeshService, lane: str | None) -> str:
        """Return the version of a service, none of whose pods is known, that a lane has."""
        name = version_id(service.namespace, service.name, lane)
        return name if name in self.all else ""


def version_id(namespace: str, name: str, lane: str | None = None) -> str:
    """Return the id of a service's version.

    >>> version_id("default", "mocka", "s1"), version_id("default", "redis")
    ('default/mocka@s1', 'default/redis')
    """
    return f"{namespace}/{name}@{lane}" if lane else f"{namespace}/{name}"


def outside_id(namespace: str, name: str) -> str:
    """Return the id of a program behind no service and in no lane."""
    return f"{_OUTSIDE}{namespace}/{name}"


def gateway_id(selector: Labels) -> str:
    """Return the id of the gateway whose proxies wear some labels.

    >>> gateway_id((("istio", "ingressgateway"),))
    'gateway:istio=ingressgateway'
    """
    return "gateway:" + ",".join(f"{key}={value}" for key, value in sorted(selector))


def versions(mesh: Mesh, plan: RoutePlan, seen: Sequence[SeenCall] = ()) -> Versions:
    """Return everybody who may stand in the topology of a mesh."""
    found: dict[str, Version] = {one.id: one for one in _gateways(mesh, plan.gateway_ports)}
    at: dict[tuple[Host, Ref], str] = {}
    home: dict[Ref, str] = {pod.meta.ref: one.id for one in found.values() for pod in one.workloads}
    gateways = frozenset(home)
    for service in sorted(mesh.services.values(), key=lambda one: _is_asked_late(mesh, one)):
        for version in _of_service(mesh, service, gateways):
            found[version.id] = version
            for pod in version.workloads:
                at[service.host, pod.meta.ref] = version.id
                home.setdefault(pod.meta.ref, version.id)
    for version in _without_service(mesh, home, {one.caller for one in seen}):
        found[version.id] = version
        home |= {pod.meta.ref: version.id for pod in version.workloads}
    return Versions(found, at, home)


def _is_asked_late(mesh: Mesh, service: MeshService) -> tuple[bool, bool, str, str]:
    """Order services by whether pods of several of them rather call as its own.

    By names "frontend" comes before "frontend-external"; by hosts it does not.
    """
    return service.host not in mesh.owner_of, service.headless, service.namespace, service.name


def _of_service(mesh: Mesh, service: MeshService, gateways: frozenset[Ref]) -> Iterator[Version]:
    group = owner(mesh, service.host)
    by_lane: dict[str | None, list[Workload]] = {}
    if group is not None and not service.workloads and not service.without_pods:
        by_lane = {lane.name: [] for lane in group.lanes if lane.has(service.host)}
    for pod in service.workloads:
        worn = lanes_of(group, pod.labels) if group else ()
        by_lane.setdefault(worn[0].name if worn else None, []).append(pod)
    for lane, pods in (by_lane or {None: []}).items():
        yield Version(
            version_id(service.namespace, service.name, lane),
            "version",
            service.name,
            service.namespace,
            service.host,
            group.name if group else "",
            lane,
            _sorted(pods),
            (*service.service.selector, *_selector(group, lane)),
            group is not None
            or any(
                pod.meta.ref not in gateways and lack_of_sidecar(mesh, pod) is None for pod in pods
            ),
        )


def _selector(group: Group | None, lane: str | None) -> Labels:
    found = group.lane(LaneName(lane)) if group and lane else None
    return found.selector if found else ()


def _sorted(pods: Iterable[Workload]) -> tuple[Workload, ...]:
    return tuple(sorted(pods, key=lambda one: str(one.meta.ref)))


def _gateways(mesh: Mesh, ports: Iterable[GatewayPort]) -> Iterator[Version]:
    """Yield each gateway's proxies once, by the names of the Gateways that select them."""
    names: dict[Labels, dict[str, None]] = {}
    for port in ports:
        names.setdefault(port.selector, {}).update(dict.fromkeys(port.gateways))
    near = index_by_label(one for one in mesh.workloads if one.namespace == GATEWAY_NAMESPACE)
    for selector, gateways in sorted(names.items()):
        pods = selected(selector, GATEWAY_NAMESPACE, near)
        name = ", ".join(sorted(one.rpartition("/")[2] for one in gateways))
        yield Version(
            gateway_id(selector),
            "gateway",
            name,
            GATEWAY_NAMESPACE,
            workloads=_sorted(pods),
            selector=selector,
        )


def _without_service(mesh: Mesh, home: Mapping[Ref, str], callers: set[str]) -> Iterator[Version]:
    """Yield programs that no service leads to: those of lanes, and others that call somebody."""
    found: dict[str, Version] = {}
    for pod in mesh.workloads:
        one = None if pod.meta.ref in home else _program(mesh, pod)
        if one is None or not (one.lane or one.id in callers or calls_of(mesh, pod)):
            continue
        before = found[one.id].workloads if one.id in found else ()
        found[one.id] = replace(one, workloads=(*before, pod))
    yield from (replace(one, workloads=_sorted(one.workloads)) for one in found.values())
    for name in sorted(callers - found.keys()):
        if name.startswith(_OUTSIDE):
            space, _, called = name.removeprefix(_OUTSIDE).rpartition("/")
            yield Version(name, "outside", called, space)


def _program(mesh: Mesh, pod: Workload) -> Version:
    """Return the version that a pod is of which is behind no service; lanes may have it, too."""
    name, space = (maker(pod) or pod.meta.ref).name, pod.namespace
    for group in mesh.groups:
        for lane in lanes_of(group, pod.labels)[:1]:
            found = f"program:{version_id(space, name, lane.name)}"
            return Version(found, "version", name, space, Host(""), group.name, lane.name)
    return Version(outside_id(space, name), "outside", name, space)
