"""LW1410: a Sidecar whose egress leaves out services of a lane group.

https://istio.io/latest/docs/reference/config/networking/sidecar/#IstioEgressListener
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.routing import SIDECAR_HIDES_HOST
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.mesh.names import Host
from laneway.core.resources.istio import Sidecar
from laneway.core.resources.workloads import Workload
from laneway.core.routing.plan import RoutePlan
from laneway.core.rules.check import Check
from laneway.core.rules.questions.members import pod_name, pods_of
from laneway.core.rules.questions.sidecars import imports, members
from laneway.core.rules.questions.words import listing, short_host


def check(mesh: Mesh, _plan: RoutePlan) -> Iterator[Finding]:
    """Find Sidecars of lane pods that hide a service other than the pods' own."""
    for sidecar in mesh.sidecars:
        for group in mesh.groups if sidecar.egress else ():
            pods = members(mesh, sidecar, pods_of(mesh, group).values())
            hidden = [host for host in group.hosts if _is_hidden(mesh, sidecar, host, pods)]
            if hidden:
                yield _found(mesh, group, sidecar, hidden, pods)


def _found(
    mesh: Mesh, group: Group, sidecar: Sidecar, hidden: list[Host], pods: list[Workload]
) -> Finding:
    meta = sidecar.meta
    words = {
        "user": meta.ref,
        "hosts": listing(short_host(host) for host in hidden),
        "callers": f"{listing([pod_name(pod) for pod in pods], limit=2)} of group {group.name}",
        "pattern": f"{mesh.services[hidden[0]].namespace}/{hidden[0]}",
    }
    return finding(SIDECAR_HIDES_HOST, meta.place("spec", "egress"), str(meta.ref), **words)


def _is_hidden(mesh: Mesh, sidecar: Sidecar, host: Host, pods: list[Workload]) -> bool:
    """Whether some of the pods, other than the service's own, cannot see a service."""
    service = mesh.services[host]
    own = {id(workload) for workload in service.workloads}
    others = [pod for pod in pods if id(pod) not in own]
    return any(not imports(sidecar, pod.namespace, service.namespace, host) for pod in others)


CHECK = Check(SIDECAR_HIDES_HOST, check)
