"""Who calls in the mesh: each class of callers that some rule or some lane can tell apart.

Comes in: the mesh and the routes that are judged. Goes out: callers, with the workloads they stand
for. A pod in no lane is imagined in every namespace, since others than those in the input may call;
where the input holds no workload at all, a pod of each lane is imagined as well. Pods without a
sidecar hold no routes and are left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.mesh.injection import lack_of_sidecar
from laneway.core.mesh.mesh import Caller, Mesh
from laneway.core.resources.matching import Labels
from laneway.core.resources.meta import Meta, Ref
from laneway.core.resources.workloads import Workload
from laneway.core.routing.plan import Hop, RoutePlan
from laneway.core.routing.proof.verdict import Who


def callers(mesh: Mesh, plan: RoutePlan) -> tuple[Who, ...]:
    """Return every class of callers, real ones before imagined ones."""
    asked = frozenset(_asked(mesh, plan))
    found: dict[Caller, list[str]] = {}
    for pod in mesh.workloads:
        if lack_of_sidecar(mesh, pod) is None:
            labels = tuple(sorted(pair for pair in pod.labels.items() if pair in asked))
            names = found.setdefault(Caller(pod.namespace, labels), [])
            names.append(f"{pod.namespace}/{pod.meta.name}")
    for caller in _imagined(mesh, plan):
        found.setdefault(caller, [])
    return tuple(Who(caller, tuple(sorted(names))) for caller, names in found.items())


def _asked(mesh: Mesh, plan: RoutePlan) -> Iterator[tuple[str, str]]:
    """Yield every label by which routes or lanes tell callers apart."""
    for group in mesh.groups:
        for lane in group.lanes:
            yield from lane.selector
    seen: set[Labels] = set()
    for hops in plan.hops.values():
        for first in hops:
            hop: Hop | None = first
            while hop is not None:
                seen.update(match.source_labels for rule in hop.rules for match in rule.matches)
                hop = hop.otherwise
    for labels in seen:
        yield from labels


def _imagined(mesh: Mesh, plan: RoutePlan) -> Iterator[Caller]:
    hosts = [host for group in mesh.groups for host in group.hosts]
    spaces = {mesh.services[host].namespace for host in hosts}
    spaces |= {view.namespace for host in hosts for view in plan.views.get(host, ())} - {""}
    spaces |= {pod.namespace for pod in mesh.workloads} | set(mesh.namespaces)
    selectors: list[Labels] = [()]
    if not mesh.workloads:
        selectors += [lane.selector for group in mesh.groups for lane in group.lanes]
    for space in sorted(spaces):
        pod = Workload(Meta(Ref("Pod", space, "")))
        if lack_of_sidecar(mesh, pod) is None:
            yield from (Caller(space, selector) for selector in selectors)
