"""LW1416: a Sidecar that imports a lane service, but not a VirtualService that speaks for it.

https://istio.io/latest/docs/reference/config/networking/sidecar/#IstioEgressListener
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.routing import SIDECAR_HIDES_ROUTES
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.mesh.names import Host
from laneway.core.mesh.visibility import SidecarScope
from laneway.core.resources.istio.networking import Sidecar
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.route_plan import Hop, RoutePlan, links
from laneway.core.rules.check import Check
from laneway.core.rules.questions.members import pod_name
from laneway.core.rules.questions.sidecars import callers
from laneway.core.rules.questions.words import listing, short_host


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Find them, one finding for each Sidecar and VirtualService."""
    for group in mesh.groups if mesh.sidecars else ():
        found: dict[tuple[Ref, Ref], tuple[Sidecar, Host, dict[Ref, Workload]]] = {}
        for sidecar, author, host, pod in _hidden(mesh, plan, group):
            key = (sidecar.meta.ref, author)
            found.setdefault(key, (sidecar, host, {}))[2][pod.meta.ref] = pod
        for (user, author), (sidecar, host, pods) in found.items():
            words = {
                "user": user,
                "routes": author,
                "host": short_host(host),
                "callers": listing([pod_name(pod) for pod in pods.values()], limit=2),
                "pattern": f"{author.namespace}/{host}",
            }
            place = sidecar.meta.place("spec", "egress")
            yield finding(SIDECAR_HIDES_ROUTES, place, str(user), **words)


def _hidden(
    mesh: Mesh, plan: RoutePlan, group: Group
) -> Iterator[tuple[Sidecar, Ref, Host, Workload]]:
    """Yield each VirtualService that a pod's Sidecar alone hides, and the service it sees."""
    spoken = {host: [hop for hop in plan.hops.get(host, ()) if hop.author] for host in group.hosts}
    for pod, scope in callers(mesh) if any(spoken.values()) else ():
        if scope.sidecar is None:
            continue
        for host, hops in spoken.items():
            for hop in hops:
                if scope.hider(mesh.services[host], hop.port) is None:
                    for author in _not_imported(hop, scope):
                        yield scope.sidecar, author, host, pod


def _not_imported(hop: Hop, scope: SidecarScope) -> Iterator[Ref]:
    """Yield the users' VirtualServices of a hop that are exported to a caller and not imported."""
    for one in links(hop):
        if one.author is None or one.shown is None:
            continue
        exported = one.shown.nearness(scope.namespace) is not None
        if exported and scope.nearness(one.shown, hop.port) is None:
            yield one.author


CHECK = Check(SIDECAR_HIDES_ROUTES, check)
