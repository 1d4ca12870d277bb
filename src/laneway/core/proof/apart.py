"""What no lane governs, listed beside the verdict: ways round the routes that were judged.

Comes in: a mesh. Goes out: notes. None of them breaks a promise, because nothing was promised: not
past the lanes, and not where the pods of a lane are missing. But who reads "proven" should know
where the proof ends.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.mesh.hosts import covers
from laneway.core.mesh.injection import lack_of_sidecar
from laneway.core.mesh.membership import ready_pods_of_lane
from laneway.core.mesh.mesh import Group, GroupLane, Mesh, MeshService
from laneway.core.mesh.names import LaneName, resolve_host
from laneway.core.mesh.spellings import spelled_lanes
from laneway.core.mesh.upstreams import calls_of
from laneway.core.proof.verdict import Note
from laneway.core.routing.plan.admitted import HTTP_PROTOCOLS
from laneway.core.routing.plan.outside import outside_of

ADDRESSES = Note("calls to a pod's own address: who dials it has chosen the pod")


def apart(mesh: Mesh) -> Iterator[Note]:
    """Yield what is not governed, for each lane group and for the mesh."""
    for group in mesh.groups:
        yield from _of_group(mesh, group)
    for ref, flaw in {flaw.meta.ref: flaw for flaw in mesh.refused}.items():
        place = flaw.meta.place("metadata", "name")
        yield Note(f"{ref}: Istio refuses it ({flaw.why}), so it is taken not to be there", place)
    yield from _outside(mesh)
    yield from _without_sidecar(mesh)
    yield from _second_services(mesh)
    if mesh.groups:
        yield from _other_servers(mesh)
        yield ADDRESSES


def _outside(mesh: Mesh) -> Iterator[Note]:
    """Yield routes in the mesh that lead from a host that is no service into lane services."""
    spelled = spelled_lanes(mesh)
    for author in mesh.virtual_services:
        space = author.meta.namespace
        hosts = [host for host, _ in outside_of(mesh, author) if host not in spelled]
        hosts = [host for host in hosts if not any(covers(host, one) for one in mesh.services)]
        if not hosts:
            continue
        led = (resolve_host(to.host, space) for route in author.http for to in route.destinations)
        into = next((host for host in led if host in mesh.owner_of), None)
        if into is not None:
            what = f"calls to {hosts[0]}, which is no service: {author.meta.ref} leads to {into}"
            yield Note(what, author.meta.place("metadata", "name"))


def _other_servers(mesh: Mesh) -> Iterator[Note]:
    """Yield the servers whose routes are not read; those beside the lanes' gateways are counted."""
    entered = {group.gateway for group in mesh.groups}
    others = 0
    for name, gateway in mesh.gateways.items():
        for server in gateway.servers:
            if server.protocol.upper() in HTTP_PROTOCOLS:
                continue
            if name not in entered:
                others += 1
                continue
            what = f"port {server.port} of gateway {name}: routes behind {server.protocol} are"
            place = gateway.meta.place("spec", "servers", server.index)
            yield Note(f"{what} not looked at", place)
    if others:
        servers = "1 server" if others == 1 else f"{others:,} servers"
        yield Note(
            f"{servers} of gateways of no group: routes behind TCP and TLS are not looked at"
        )


def _of_group(mesh: Mesh, group: Group) -> Iterator[Note]:
    for lane in group.excluded:
        place = lane.meta.place("metadata", "name")
        yield Note(f"lane {lane.meta.name}: it cannot be a lane, so it promises nothing", place)
    yield from _without_pods(mesh, group)
    for host in group.hosts:
        service = mesh.services[host]
        place = service.service.meta.place("metadata", "name")
        if service.headless:
            yield Note(f"headless service {host}: its name leads to pod addresses", place)
        for port in service.ports:
            if port.protocol == "tcp" and group.baseline is not None:
                what = f"port {port.number} of {host}: over TCP no request says its lane, so the"
                yield Note(f"{what} caller's lane alone is looked at", place)


def _without_pods(mesh: Mesh, group: Group) -> Iterator[Note]:
    """Yield the lanes that answer for requests where they have no pods: those requests get 503."""
    found: dict[tuple[LaneName, tuple[LaneName, ...]], list[str]] = {}
    for host in () if group.held else group.hosts:
        service, asking = mesh.services[host], group.answering(host)
        for lane in group.lanes:
            if not _lacks(service, lane):
                continue
            led = tuple(name for name, answers in asking.items() if answers == lane.name)
            if led:
                found.setdefault((lane.name, led), []).append(f"{service.namespace}/{service.name}")
    places = {lane.name: lane.lane.meta.place("spec", "labelSelector") for lane in group.lanes}
    for (name, asked), services in found.items():
        whose = "its requests" if asked == (name,) else f"requests of {', '.join(asked)}"
        what = f"lane {name} has no pod of {', '.join(services)}: {whose} get 503 there"
        yield Note(what, places[name])


def _lacks(service: MeshService, lane: GroupLane) -> bool:
    """Whether a lane is known to have no pod of a service, one that its list leaves out too."""
    if service.host not in lane.undeclared:
        return service.host in lane.absent
    return bool(service.workloads) and not any(ready_pods_of_lane(lane, service.workloads))


def _without_sidecar(mesh: Mesh) -> Iterator[Note]:
    """Yield pods without a sidecar that lanes meet or that call them, and count the others."""
    inside = {id(pod) for host in mesh.owner_of for pod in mesh.services[host].workloads}
    others = 0
    for pod in mesh.workloads:
        reason = lack_of_sidecar(mesh, pod)
        if reason is None:
            continue
        if id(pod) in inside or any(one.host in mesh.owner_of for one in calls_of(mesh, pod)):
            what = f"calls of {pod.namespace}/{pod.meta.name}: it has no sidecar ({reason})"
            yield Note(what, pod.meta.place("metadata", "name"))
        else:
            others += 1
    if others:
        pods = "1 workload" if others == 1 else f"{others:,} workloads"
        what = f"calls of {pods} without a sidecar, in whose environment no lane service is named"
        yield Note(what)


def _second_services(mesh: Mesh) -> Iterator[Note]:
    """Yield services without lanes that lead to pods of lane services."""
    owned = {pod.meta.ref for host in mesh.owner_of for pod in mesh.services[host].workloads}
    for host, service in mesh.services.items():
        shared = [pod for pod in service.workloads if pod.meta.ref in owned]
        if host not in mesh.owner_of and shared:
            name = f"{shared[0].namespace}/{shared[0].meta.name}"
            what = (
                f"service {host}: no lane routes it, and it leads to pod {name} of a lane service"
            )
            yield Note(what, service.service.meta.place("metadata", "name"))
