"""Pods whose proxy does not see a service of a group.

Comes in: a Mesh and a group. Goes out: for each object that hides something, which services it
hides and from whom: from pods that are taken to call them, and from others. Pods without a proxy
see nothing anyway and are told apart.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from laneway.core.mesh.bound import is_bound
from laneway.core.mesh.injection import lack_of_sidecar
from laneway.core.mesh.mesh import Caller, Group, Mesh
from laneway.core.mesh.names import Host
from laneway.core.mesh.visibility import Hider, SidecarScope, is_narrowed, scope_of
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.meta import Ref


class Hidden(Struct):
    """What an object hides: services, and from whom."""

    by: Hider
    hosts: dict[Host, None] = {}
    pods: dict[Ref, Workload] = {}
    others: dict[Ref, Workload] = {}
    """Pods of which nothing says that they call."""


def callers(mesh: Mesh) -> Iterator[tuple[Workload, SidecarScope]]:
    """Yield the pods with a proxy, and what that sees."""
    for pod in mesh.workloads:
        if lack_of_sidecar(mesh, pod) is None:
            yield pod, scope_of(mesh, Caller.of(pod))


def hidden_services(mesh: Mesh, group: Group) -> list[Hidden]:
    """Return what is hidden of a group, by the object that hides it."""
    found: dict[Ref, Hidden] = {}
    if not is_narrowed(mesh, (mesh.services[host] for host in group.hosts)):
        return []
    for pod, scope in callers(mesh):
        for host in group.hosts:
            service = mesh.services[host]
            hiders = (scope.hider(service, port.number) for port in service.ports)
            by = next((one for one in hiders if one is not None), None)
            if by is None:
                continue
            one = found.setdefault(by.meta.ref, Hidden(by))
            if is_bound(mesh, group, host, pod):
                one.hosts[host] = None
                one.pods[pod.meta.ref] = pod
            else:
                one.others[pod.meta.ref] = pod
    return list(found.values())
