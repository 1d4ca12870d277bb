"""Whose calls to a service lanes promise something, also where its proxy does not see the service.

Comes in: a group, a service and a pod. Goes out: whether the pod is taken to call it. Who sees a
service may call it. Who does not, because a Sidecar or exportTo keeps it from knowing the service,
is held to call it only where something speaks for that: it is a pod of the group or wears the
labels of a lane, or names the service in a URL. A pod need not see the service it belongs to. Of
all others it is not known whether they call.
"""

from __future__ import annotations

from laneway.core.mesh.membership import lanes_of
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.mesh.names import Host
from laneway.core.mesh.upstreams import calls_of
from laneway.core.resources.kubernetes.workloads import Workload


def is_bound(mesh: Mesh, group: Group, host: Host, pod: Workload) -> bool:
    """Whether a pod is taken to call a service of a group that its proxy does not see."""
    if any(call.host == host for call in calls_of(mesh, pod)):
        return True
    if _is_of(mesh, host, pod):
        return False
    return bool(lanes_of(group, pod.labels)) or any(_is_of(mesh, one, pod) for one in group.hosts)


def _is_of(mesh: Mesh, host: Host, pod: Workload) -> bool:
    return any(one is pod for one in mesh.services[host].workloads)
