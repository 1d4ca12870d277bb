"""LW1413: a Sidecar that shows services of a lane group, but not the asm layout's routes for them.

https://istio.io/latest/docs/reference/config/networking/sidecar/#IstioEgressListener
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.routing import SIDECAR_HIDES_ASM_LAYOUT
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import Host
from laneway.core.resources.istio import Sidecar
from laneway.core.resources.workloads import Workload
from laneway.core.routing.plan import RoutePlan
from laneway.core.routing.subsets import ROOT_NAMESPACE
from laneway.core.rules.check import Check
from laneway.core.rules.questions.members import pod_name, pods_of
from laneway.core.rules.questions.sidecars import imports, members
from laneway.core.rules.questions.words import listing, short_host


def check(mesh: Mesh, _plan: RoutePlan) -> Iterator[Finding]:
    """Find Sidecars of lane pods that import services without the root namespace's routes."""
    for sidecar in mesh.sidecars:
        for group in mesh.groups if sidecar.egress else ():
            pods = members(mesh, sidecar, pods_of(mesh, group).values())
            bare = [host for host in group.hosts if _is_bare(mesh, sidecar, host, pods)]
            if bare:
                words = {
                    "user": sidecar.meta.ref,
                    "hosts": listing(short_host(host) for host in bare),
                    "callers": listing([pod_name(pod) for pod in pods], limit=2),
                }
                place = sidecar.meta.place("spec", "egress")
                yield finding(SIDECAR_HIDES_ASM_LAYOUT, place, str(sidecar.meta.ref), **words)


def _is_bare(mesh: Mesh, sidecar: Sidecar, host: Host, pods: list[Workload]) -> bool:
    """Whether some pod sees a service, but no route for it in the root namespace."""
    space = mesh.services[host].namespace
    return any(
        imports(sidecar, pod.namespace, space, host)
        and not imports(sidecar, pod.namespace, ROOT_NAMESPACE, host)
        for pod in pods
    )


CHECK = Check(SIDECAR_HIDES_ASM_LAYOUT, check)
