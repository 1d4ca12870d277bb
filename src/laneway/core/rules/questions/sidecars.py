"""Which pods a Sidecar resource speaks for, and what it lets them see.

Comes in: a Sidecar and pods. Goes out: its members and whether a host is imported. A Sidecar with a
workload selector beats the namespace's own, which beats the one of the root namespace.
https://istio.io/latest/docs/reference/config/networking/sidecar/
"""

from __future__ import annotations

from collections.abc import Iterable

from laneway.core.mesh.members import meets
from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.istio import Sidecar
from laneway.core.resources.workloads import Workload
from laneway.core.routing.hosts import covers
from laneway.core.routing.subsets import ROOT_NAMESPACE


def members(mesh: Mesh, sidecar: Sidecar, pods: Iterable[Workload]) -> list[Workload]:
    """Return those of the pods for which this Sidecar is the one that counts."""
    return [pod for pod in pods if _of(mesh, pod) is sidecar]


def _of(mesh: Mesh, pod: Workload) -> Sidecar | None:
    near = [one for one in mesh.sidecars if one.meta.namespace == pod.namespace]
    selected = [
        one for one in near if one.workload_selector and meets(one.workload_selector, pod.labels)
    ]
    plain = [one for one in near if not one.workload_selector]
    root = [
        one
        for one in mesh.sidecars
        if one.meta.namespace == ROOT_NAMESPACE and not one.workload_selector
    ]
    return next(iter([*selected, *plain, *root]), None)


def imports(sidecar: Sidecar, pod_namespace: str, namespace: str, host: str) -> bool:
    """Whether a Sidecar's egress shows a pod a service of a namespace."""
    return any(
        _is_space(space, pod_namespace, namespace) and covers(pattern, host)
        for egress in sidecar.egress
        for space, _, pattern in (written.partition("/") for written in egress.hosts)
    )


def _is_space(written: str, pod_namespace: str, namespace: str) -> bool:
    if written == ".":
        return namespace == pod_namespace
    return written in ("*", namespace)
