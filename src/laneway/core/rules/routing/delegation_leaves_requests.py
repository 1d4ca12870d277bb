"""LW1429: a root that a group delegates a service to, and that has no route for some requests."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.beside import DELEGATION_LEAVES_REQUESTS
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan.route_plan import RoutePlan, links
from laneway.core.routing.plan.survivors import takes_anything
from laneway.core.rules.check import Check
from laneway.core.rules.questions.words import short_host


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Find roots none of whose routes takes any request."""
    authors = {service.meta.ref: service.meta for service in mesh.virtual_services}
    for host, delegated in plan.delegated.items():
        hops = [one for hop in plan.hops.get(host, ()) for one in links(hop)]
        rooted = [hop for hop in hops if hop.author == delegated.root]
        if any(not any(map(takes_anything, hop.rules)) for hop in rooted):
            root = delegated.root
            words = {
                "service": short_host(host),
                "root": root,
                "lanes": f"{delegated.ref.namespace}/{delegated.ref.name}",
            }
            place = authors[root].place("spec", "http")
            yield finding(DELEGATION_LEAVES_REQUESTS, place, str(root), **words)


CHECK = Check(DELEGATION_LEAVES_REQUESTS, check)
