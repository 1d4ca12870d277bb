"""LW1413: a Sidecar that shows services of a lane group, but not the asm layout's routes for them.

https://istio.io/latest/docs/reference/config/networking/sidecar/#IstioEgressListener
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.routing import SIDECAR_HIDES_ASM_LAYOUT
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.bound import is_bound
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.mesh.names import ROOT_NAMESPACE, Host
from laneway.core.mesh.visibility import Shown
from laneway.core.resources.istio.networking import Sidecar
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.rules.check import Check
from laneway.core.rules.questions.members import pod_name
from laneway.core.rules.questions.sidecars import callers
from laneway.core.rules.questions.words import listing, short_host


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find Sidecars of lane callers that import services without the root namespace's routes."""
    for group in mesh.groups if mesh.sidecars else ():
        found: dict[int, tuple[Sidecar, dict[Host, None], dict[int, Workload]]] = {}
        for sidecar, host, pod in _bare(mesh, group):
            _, hosts, pods = found.setdefault(id(sidecar), (sidecar, {}, {}))
            hosts[host] = None
            pods[id(pod)] = pod
        for sidecar, hosts, pods in found.values():
            words = {
                "user": sidecar.meta.ref,
                "hosts": listing(short_host(host) for host in group.hosts if host in hosts),
                "callers": listing([pod_name(pod) for pod in pods.values()], limit=2),
            }
            place = sidecar.meta.place("spec", "egress")
            yield finding(SIDECAR_HIDES_ASM_LAYOUT, place, str(sidecar.meta.ref), **words)


def _bare(mesh: Mesh, group: Group) -> Iterator[tuple[Sidecar, Host, Workload]]:
    """Yield each service that a pod sees, while it would see no route in the root namespace."""
    for pod, scope in callers(mesh):
        if scope.sidecar is None:
            continue
        for host in group.hosts:
            service = mesh.services[host]
            routes = Shown(ROOT_NAMESPACE, (host,))
            if is_bound(mesh, group, host, pod) and any(
                scope.hider(service, port.number) is None
                and scope.nearness(routes, port.number) is None
                for port in service.ports
            ):
                yield scope.sidecar, host, pod


CHECK = Check.of_mesh(SIDECAR_HIDES_ASM_LAYOUT, check)
