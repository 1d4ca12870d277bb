"""LW1430: a wildcard's routes decide calls of pods whose proxies do not see the lanes' own.

https://istio.io/latest/docs/reference/config/networking/sidecar/#IstioEgressListener
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.beside import WILDCARD_DECIDES
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Caller, Mesh
from laneway.core.mesh.names import Host
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.route_plan import Hop, RoutePlan, links
from laneway.core.routing.plan.survivors import surviving
from laneway.core.rules.check import Check
from laneway.core.rules.questions.members import pod_name
from laneway.core.rules.questions.sidecars import callers
from laneway.core.rules.questions.words import listing, short_host


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Find them, one finding for each wildcard's VirtualService and Sidecar."""
    spoken = (host for group in mesh.groups for host in group.hosts if mesh.virtual_services)
    hops = (hop for host in spoken for hop in plan.hops.get(host, ()))
    beside = [hop for hop in hops if any(one.wild for one in links(hop))]
    found: dict[tuple[Ref, Ref], tuple[dict[Host, None], dict[Ref, Workload]]] = {}
    for pod, scope in callers(mesh) if beside else ():
        for hop in beside:
            if scope.sidecar and (author := _decides(mesh, hop, pod)):
                hosts, pods = found.setdefault((author, scope.sidecar.meta.ref), ({}, {}))
                hosts[hop.host] = None
                pods[pod.meta.ref] = pod
    metas = {one.meta.ref: one.meta for one in mesh.virtual_services}
    for (author, sidecar), (hosts, pods) in found.items():
        words = {
            "user": author,
            "hosts": listing(map(short_host, hosts)),
            "callers": listing([pod_name(pod) for pod in pods.values()], limit=2),
            "sidecar": sidecar,
            "pattern": " and ".join(f"{mesh.services[one].namespace}/{one}" for one in hosts),
        }
        yield finding(WILDCARD_DECIDES, metas[author].place("spec", "hosts"), str(author), **words)


def _decides(mesh: Mesh, hop: Hop, pod: Workload) -> Ref | None:
    """Return the wildcard's VirtualService whose routes a pod meets, if it meets one's."""
    wild = {one.author for one in links(hop) if one.wild}
    met = (rule.origin.ref for rule in surviving(mesh, hop, Caller.of(pod)))
    return next((ref for ref in met if ref in wild), None)


CHECK = Check(WILDCARD_DECIDES, check)
