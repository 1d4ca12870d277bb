"""LW1336: a route of the mesh leads callers to a port that their Sidecar does not import.

https://istio.io/latest/docs/reference/config/networking/sidecar/#IstioEgressListener
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from laneway.core.findings.codes.beside import ROUTE_PAST_SIDECAR
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Caller, Group, Mesh
from laneway.core.resources.meta import Ref
from laneway.core.routing.ask.walk import Sight, hidden_by
from laneway.core.routing.plan.route_plan import (
    Destination,
    Forward,
    Origin,
    RoutePlan,
    Rule,
    links,
)
from laneway.core.routing.plan.survivors import surviving
from laneway.core.rules.check import Check
from laneway.core.rules.questions.members import pod_name
from laneway.core.rules.questions.sidecars import callers
from laneway.core.rules.questions.words import listing, short_host


class _Cut(Struct):
    """Who cannot follow a route, and whose Sidecars are the reason."""

    sidecars: dict[Ref, None] = {}
    pods: dict[str, None] = {}


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Find them, one finding for each route and destination."""
    metas = {one.meta.ref: one.meta for one in mesh.virtual_services}
    for group in mesh.groups if mesh.sidecars else ():
        for (origin, to), cut in _cut(mesh, plan, group).items():
            words = {
                "user": origin.ref,
                "host": short_host(to.host),
                "port": to.port,
                "callers": listing(cut.pods, limit=2),
                "sidecars": listing(cut.sidecars, limit=2),
                "pattern": f"{mesh.services[to.host].namespace}/{to.host}",
            }
            place = metas[origin.ref].place(*origin.path)
            yield finding(ROUTE_PAST_SIDECAR, place, str(origin.ref), **words)


def _cut(mesh: Mesh, plan: RoutePlan, group: Group) -> dict[tuple[Origin, Destination], _Cut]:
    """Return the destinations of users' routes for lane services that Sidecars do not import."""
    found: dict[tuple[Origin, Destination], _Cut] = {}
    hops = [hop for host in group.hosts for hop in plan.hops.get(host, ())]
    spoken = [hop for hop in hops if any(one.author is not None for one in links(hop))]
    for pod, scope in callers(mesh) if spoken else ():
        sight = Sight(mesh, plan, scope)
        for hop in spoken if scope.sidecar is not None else ():
            for rule in surviving(mesh, hop, Caller.of(pod)):
                for to, hider in _hidden(sight, rule):
                    cut = found.setdefault((rule.origin, to), _Cut())
                    cut.pods[pod_name(pod)] = None
                    cut.sidecars[hider] = None
    return found


def _hidden(sight: Sight, rule: Rule) -> Iterator[tuple[Destination, Ref]]:
    """Yield the destinations of a rule that exist and that the proxy's Sidecar hides, with it."""
    for share in rule.action.shares if isinstance(rule.action, Forward) else ():
        to = share.destination
        service = sight.mesh.services.get(to.host)
        hider = hidden_by(sight, to)
        if service is None or service.port(to.port) is None or hider is None:
            continue
        if hider.kind == "Sidecar":
            yield to, hider


CHECK = Check(ROUTE_PAST_SIDECAR, check)
