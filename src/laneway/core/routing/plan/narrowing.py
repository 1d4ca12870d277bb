"""Which Sidecars may be written for the pods of a mesh, and what each has to import.

Comes in: a mesh and who speaks for its hosts. Goes out: Sidecars, and the workloads that get none
with the reason. One is written only where it is known whom all its pods call; it imports these, all
services of the pods' own groups and the control plane's, each with every VirtualService that speaks
for it. Where two might speak for one pod there is none, since which is older nobody knows, and a
user's own is never overruled.
https://istio.io/latest/docs/reference/config/networking/sidecar/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from laneway.core.mesh.callees import Callees, callees
from laneway.core.mesh.hosts import HostIndex
from laneway.core.mesh.injection import lack_of_sidecar
from laneway.core.mesh.members import meets
from laneway.core.mesh.membership import lanes_of
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.mesh.names import CLUSTER_DOMAIN, ROOT_NAMESPACE, Host
from laneway.core.mesh.superseded import MANAGED_BY
from laneway.core.resources.istio.networking import Sidecar
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.matching import Labels
from laneway.core.resources.meta import Ref

CONTROL_PLANE = f"{ROOT_NAMESPACE}/*.{ROOT_NAMESPACE}.svc.{CLUSTER_DOMAIN}"
"""The services beside istiod, such as those that traces go to; no VirtualService for lanes."""

Speaker = tuple[str, tuple[str, ...]]
"""A VirtualService of the mesh: its namespace, and its hosts made absolute."""


class Narrow(Struct, frozen=True):
    """A Sidecar for the pods with some labels; `hosts` are as egress hosts are written."""

    ref: Ref
    selector: Labels
    hosts: tuple[str, ...]


class Unnarrowed(Struct, frozen=True):
    """A workload that gets none, and why."""

    workload: Ref
    why: str


class Narrowing(Struct, frozen=True):
    """All Sidecars to write, and who is left out."""

    sidecars: tuple[Narrow, ...]
    left: tuple[Unnarrowed, ...]


class _Pods(Struct, frozen=True):
    """Pods that one Sidecar would be for, by the name of their service or their own."""

    namespace: str
    name: str
    selector: Labels
    pods: tuple[Workload, ...]
    service: Host | None = None


def narrowing(mesh: Mesh, speakers: Iterable[Speaker]) -> Narrowing:
    """Decide about every pod that has a proxy; `speakers` are all that will be in the mesh."""
    speaking = HostIndex(speakers, lambda one: one[1])
    sidecars: list[Narrow] = []
    left: list[Unnarrowed] = []
    taken = [one for one in mesh.sidecars if not is_ours(one)]
    chosen: list[_Pods] = []
    for one in _classes(mesh):
        known = [callees(mesh, pod) for pod in one.pods]
        why = (
            _unsound(mesh, one)
            or _overruling(one, taken, chosen)
            or next((found.open for found in known if found.open), "")
        )
        if why:
            left += [Unnarrowed(pod.meta.ref, why) for pod in one.pods]
            continue
        chosen.append(one)
        hosts = dict.fromkeys(_imported(mesh, one, known))
        written = _written(mesh, list(hosts), speaking)
        name = _free(f"calls-{one.name}", one.namespace, taken)
        sidecars.append(Narrow(Ref("Sidecar", one.namespace, name), one.selector, written))
    return Narrowing(tuple(sidecars), tuple(left))


def is_ours(sidecar: Sidecar) -> bool:
    """Whether a Sidecar was written for workloads whose calls are known."""
    return sidecar.meta.labels.get(MANAGED_BY) == "laneway"


def _classes(mesh: Mesh) -> Iterator[_Pods]:
    """Yield the pods with a proxy, each once: those of a service together, the others alone."""
    proxied = [pod for pod in mesh.workloads if lack_of_sidecar(mesh, pod) is None]
    left = {id(pod): pod for pod in proxied}
    for service in mesh.services.values():
        pods = tuple(pod for pod in service.workloads if id(pod) in left)
        if pods:
            for pod in pods:
                del left[id(pod)]
            selector = service.service.selector
            yield _Pods(service.namespace, service.name, selector, pods, service.host)
    for pod in left.values():
        yield _Pods(pod.namespace, pod.meta.name, tuple(sorted(pod.labels.items())), (pod,))


def _unsound(mesh: Mesh, one: _Pods) -> str:
    """Say why a Sidecar for these labels would be for others too, or for what nobody knows."""
    if not one.selector:
        return "its pods have no labels to select them by"
    for group in _groups_of(mesh, one.pods):
        if group.held:
            return f"group {group.name} is held"
    for unknown in mesh.unknown_pods.get(one.service, ()) if one.service else ():
        return f"{unknown.meta.ref} may be more of its pods, and nobody knows whom they call"
    own = {id(pod) for pod in one.pods}
    for pod in mesh.workloads:
        near = pod.namespace == one.namespace and id(pod) not in own
        if near and meets(one.selector, pod.labels) and lack_of_sidecar(mesh, pod) is None:
            return f"its labels are those of {pod.meta.ref} as well"
    return ""


def _groups_of(mesh: Mesh, pods: Sequence[Workload]) -> Iterator[Group]:
    """Yield the groups that pods are in, by a service or by the labels of a lane."""
    for group in mesh.groups:
        behind = (pod for host in group.hosts for pod in mesh.services[host].workloads)
        members = {id(pod) for pod in behind}
        if any(id(pod) in members or lanes_of(group, pod.labels) for pod in pods):
            yield group


def _overruling(one: _Pods, taken: Sequence[Sidecar], chosen: Sequence[_Pods]) -> str:
    """Say which other Sidecar may speak for these pods; empty where none does."""
    for own in taken:
        wide = not own.workload_selector and own.meta.namespace in (one.namespace, ROOT_NAMESPACE)
        near = own.meta.namespace == one.namespace
        if wide or (near and may_overlap(own.workload_selector, one.selector)):
            return f"{own.meta.ref} speaks for its pods"
    for other in chosen:
        if other.namespace == one.namespace and may_overlap(other.selector, one.selector):
            return f"a pod may have its labels and those of {other.name}"
    return ""


def may_overlap(some: Labels, others: Labels) -> bool:
    """Whether a pod may have both sets of labels.

    >>> may_overlap((("app", "a"),), (("app", "b"),)), may_overlap((("app", "a"),), (("run", "b"),))
    (False, True)
    """
    return meets(some, {**dict(some), **dict(others)})


def _imported(mesh: Mesh, one: _Pods, known: Iterable[Callees]) -> Iterator[Host]:
    """Yield the hosts that pods call or may have to: none of their own groups is left out."""
    for group in _groups_of(mesh, one.pods):
        yield from group.hosts
    for found in known:
        yield from found.hosts


def _written(mesh: Mesh, hosts: Sequence[Host], speaking: HostIndex[Speaker]) -> tuple[str, ...]:
    """Spell the hosts of a listener: each by the namespace of the service, and of its routes."""
    found: dict[str, None] = {}
    for host in hosts:
        spaces = _spaces(mesh, host)
        spaces |= {space: None for space, _ in speaking.of(host)}
        found |= {f"{space}/{host}": None for space in spaces}
    return (*_folded(mesh, sorted(found)), CONTROL_PLANE)


def _spaces(mesh: Mesh, host: Host) -> dict[str, None]:
    if host in mesh.services:
        return {mesh.services[host].namespace: None}
    entries = (one for one in mesh.service_entries if host in one.hosts or _wild(one.hosts, host))
    return {one.meta.namespace: None for one in entries}


def _wild(patterns: Iterable[str], host: Host) -> bool:
    return any(one.startswith("*.") and host.endswith(one[1:]) for one in patterns)


FOLDED_FROM = 10
"""From how many services on a namespace is imported as one, where all of its services are."""


def _folded(mesh: Mesh, written: Sequence[str]) -> Iterator[str]:
    """Yield hosts as they are, but for namespaces of which all services are among them."""
    sizes: dict[str, int] = {}
    for service in mesh.services.values():
        sizes[service.namespace] = sizes.get(service.namespace, 0) + 1
    own: dict[str, list[str]] = {}
    for one in written:
        space, _, host = one.partition("/")
        if host in mesh.services and mesh.services[Host(host)].namespace == space:
            own.setdefault(space, []).append(one)
    whole = {space for space, found in own.items() if len(found) == sizes[space] >= FOLDED_FROM}
    yield from (f"{space}/*" for space in sorted(whole))
    yield from (one for one in written if one.partition("/")[0] not in whole)


def _free(name: str, namespace: str, taken: Iterable[Sidecar]) -> str:
    names: Mapping[str, None] = {
        one.meta.name: None for one in taken if one.meta.namespace == namespace
    }
    return name if name not in names else f"{name}-lanes"
