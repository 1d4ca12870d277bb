"""Who calls in the mesh: each class of callers that some rule or some lane can tell apart.

Comes in: the mesh and the routes that are judged. Goes out: callers, with the workloads they stand
for. A pod in no lane is imagined in every namespace that anything names, since others than those in
the input may call; where the input holds no workload at all, so is a pod of each lane and one with
the labels that a route or a DestinationRule asks for. Pods without a sidecar hold no routes and are
left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from laneway.core.mesh.injection import lack_of_sidecar
from laneway.core.mesh.members import meets
from laneway.core.mesh.mesh import Caller, Mesh
from laneway.core.mesh.visibility import SidecarScope, scope_of
from laneway.core.proof.verdict import Spot, Who
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.matching import Labels
from laneway.core.resources.meta import Meta, Ref
from laneway.core.routing.plan.gateways import gateway_scope
from laneway.core.routing.plan.route_plan import Hop, RoutePlan, links
from laneway.core.routing.plan.told_apart import asked_at, asked_by_anyone, selected


def callers(mesh: Mesh, plan: RoutePlan) -> tuple[Who, ...]:
    """Return every class of callers, real ones before imagined ones."""
    asked = asked_by_anyone(mesh, plan)
    found: dict[Caller, list[str]] = {}
    for pod in mesh.workloads:
        if lack_of_sidecar(mesh, pod) is None:
            labels = tuple(sorted(pair for pair in pod.labels.items() if pair in asked))
            names = found.setdefault(Caller(pod.namespace, labels), [])
            names.append(f"{pod.namespace}/{pod.meta.name}")
    for caller in _imagined(mesh, plan):
        found.setdefault(caller, [])
    return tuple(Who(caller, tuple(sorted(names))) for caller, names in found.items())


def scope_at(mesh: Mesh, spot: Spot) -> SidecarScope:
    """Return what the proxy sees that decides requests at a spot."""
    if spot.who is not None:
        return scope_of(mesh, spot.who.caller)
    return gateway_scope(spot.gateway.selector if spot.gateway is not None else ())


def _imagined(mesh: Mesh, plan: RoutePlan) -> Iterator[Caller]:
    hosts = [host for group in mesh.groups for host in group.hosts]
    spaces = {mesh.services[host].namespace for host in hosts}
    spaces |= {view.namespace for host in hosts for view in plan.views.get(host, ())}
    spaces |= {pod.namespace for pod in mesh.workloads} | set(mesh.namespaces)
    hops = [hop for host in hosts for hop in plan.hops.get(host, ())]
    for hop in chain.from_iterable(map(links, hops)):
        spaces.update(hop.shown.spaces if hop.shown else (), _author(hop))
        spaces.update(one.source_namespace for rule in hop.rules for one in rule.matches)
    asked = asked_at(hops) | selected(plan, hosts)
    worn = {(), *_worn(mesh, asked)} if not mesh.workloads else {()}
    for space in sorted(spaces - {"", "*", "~"}):
        pod = Workload(Meta(Ref("Pod", space, "")))
        if lack_of_sidecar(mesh, pod) is None:
            yield from (Caller(space, labels) for labels in sorted(worn))


def _author(hop: Hop) -> tuple[str, ...]:
    return (hop.author.namespace,) if hop.author else ()


def _worn(mesh: Mesh, asking: set[Labels]) -> Iterator[Labels]:
    """Yield the labels of each lane, those that somebody asks for, and both on one pod."""
    lanes = {lane.selector for group in mesh.groups for lane in group.lanes}
    yield from lanes
    for asked in asking - lanes:
        for lane in ((), *lanes):
            if meets(lane, {**dict(lane), **dict(asked)}):
                yield tuple(sorted({*lane, *asked}))
