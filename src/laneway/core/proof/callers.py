"""Who calls in the mesh: each class of callers that some rule or some lane can tell apart.

Comes in: the mesh and the routes that are judged. Goes out: callers, with the workloads they stand
for. A pod in no lane is imagined in every namespace that anything names, since others than those in
the input may call; where the input holds no workload at all, so is a pod of each lane and one with
the labels that a route asks for. Pods without a sidecar hold no routes and are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from laneway.core.mesh.injection import lack_of_sidecar
from laneway.core.mesh.members import meets
from laneway.core.mesh.mesh import Caller, Mesh
from laneway.core.mesh.names import Host
from laneway.core.mesh.sidecars import selecting
from laneway.core.proof.verdict import Who
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.matching import Labels
from laneway.core.resources.meta import Meta, Ref
from laneway.core.routing.plan.route_plan import Hop, RoutePlan


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
    """Yield every label by which routes, lanes or Sidecars tell callers apart."""
    for group in mesh.groups:
        for lane in group.lanes:
            yield from lane.selector
    yield from selecting(mesh.sidecars)
    for labels in _asked_at(plan, plan.hops):
        yield from labels


def _asked_at(plan: RoutePlan, hosts: Iterable[Host]) -> set[Labels]:
    """Return the sets of labels that routes of some hosts ask of a caller."""
    links = _links(plan, hosts)
    return {one.source_labels for hop in links for rule in hop.rules for one in rule.matches}


def _links(plan: RoutePlan, hosts: Iterable[Host]) -> Iterator[Hop]:
    """Yield every hop of some hosts, and what stands behind it."""
    for host in hosts:
        for first in plan.hops.get(host, ()):
            hop: Hop | None = first
            while hop is not None:
                yield hop
                hop = hop.otherwise


def _imagined(mesh: Mesh, plan: RoutePlan) -> Iterator[Caller]:
    hosts = [host for group in mesh.groups for host in group.hosts]
    spaces = {mesh.services[host].namespace for host in hosts}
    spaces |= {view.namespace for host in hosts for view in plan.views.get(host, ())}
    spaces |= {pod.namespace for pod in mesh.workloads} | set(mesh.namespaces)
    for hop in _links(plan, hosts):
        spaces.update(hop.shown.spaces if hop.shown else (), _author(hop))
        spaces.update(one.source_namespace for rule in hop.rules for one in rule.matches)
    worn = {(), *_worn(mesh, plan, hosts)} if not mesh.workloads else {()}
    for space in sorted(spaces - {"", "*", "~"}):
        pod = Workload(Meta(Ref("Pod", space, "")))
        if lack_of_sidecar(mesh, pod) is None:
            yield from (Caller(space, labels) for labels in sorted(worn))


def _author(hop: Hop) -> tuple[str, ...]:
    return (hop.author.namespace,) if hop.author else ()


def _worn(mesh: Mesh, plan: RoutePlan, hosts: Iterable[Host]) -> Iterator[Labels]:
    """Yield the labels of each lane, those that routes ask for, and both on one pod."""
    lanes = {lane.selector for group in mesh.groups for lane in group.lanes}
    yield from lanes
    for asked in _asked_at(plan, hosts) - lanes:
        for lane in ((), *lanes):
            if meets(lane, {**dict(lane), **dict(asked)}):
                yield tuple(sorted({*lane, *asked}))
