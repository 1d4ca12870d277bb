"""What tells callers apart: the labels that somebody asks of the pod that calls.

Comes in: a mesh and its plan. Goes out: labels. Pods that agree in them hold the same routes and
clusters, so that one of them stands for all. A proxy tells by routes, DestinationRules and Sidecars
alone; who asks what lanes promise has to tell their pods apart too, also of lanes that plan
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import Host
from laneway.core.mesh.sidecars import selecting
from laneway.core.resources.matching import Labels
from laneway.core.routing.plan.route_plan import Hop, RoutePlan, links

Pair = tuple[str, str]


def asked_at(hops: Iterable[Hop]) -> set[Labels]:
    """Return the sets of labels that routes of some hops, or of what is behind, ask of callers."""
    rules = (rule for hop in hops for link in links(hop) for rule in link.rules)
    return {match.source_labels for rule in rules for match in rule.matches}


def asked_by_proxies(mesh: Mesh, plan: RoutePlan) -> frozenset[Pair]:
    """Return every label that some route, DestinationRule or Sidecar asks of a caller's pod."""
    asked = asked_at(chain.from_iterable((*plan.hops.values(), *plan.outside.values())))
    return frozenset(selecting(mesh.sidecars)).union(*asked, *selected(plan, plan.views))


def asked_about(mesh: Mesh, plan: RoutePlan, hosts: Iterable[Host]) -> frozenset[Pair]:
    """Return every label that tells callers of some hosts apart."""
    named = tuple(hosts)
    asked = asked_at(hop for host in named for hop in plan.hops.get(host, ()))
    return frozenset(selecting(mesh.sidecars)).union(*asked, *selected(plan, named))


def selected(plan: RoutePlan, hosts: Iterable[Host]) -> set[Labels]:
    """Return the sets of labels by which DestinationRules of some hosts select their callers."""
    alike = {id(views): views for host in hosts if (views := plan.views.get(host))}
    found = (view.selector for views in alike.values() for view in views)
    return {selector for selector in found if selector is not None}


def asked_by_anyone(mesh: Mesh, plan: RoutePlan) -> frozenset[Pair]:
    """Return the same, and every label of a lane."""
    lanes = (lane.selector for group in mesh.groups for lane in group.lanes)
    return asked_by_proxies(mesh, plan).union(*lanes)
