"""LW1318: lanes' rules beside a user's routes at one gateway and host, in an unknown order.

Said only where a request could meet routes of both, so that the order decides something.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.entry import USER_ENTRY_ORDER_UNKNOWN
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.routing.plan.survivors import takes_anything
from laneway.core.rules.check import Check
from laneway.core.rules.questions.authors import Authors
from laneway.core.rules.questions.overlap import Pair, may_share
from laneway.core.rules.questions.shared_hosts import SharedHost, is_of_lanes, shared_hosts


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Find users' VirtualServices whose routes and lanes' rules compete."""
    authors = Authors(mesh)
    if _dated(mesh):
        return
    for host in shared_hosts(plan):
        for pair in _competing(host):
            user = pair.second.origin.ref
            words = {
                "gateway": host.gateway,
                "host": host.domain,
                "pair": f"{authors.say(pair.first)} and {authors.say(pair.second)}",
            }
            yield finding(USER_ENTRY_ORDER_UNKNOWN, authors.place(pair.second), str(user), **words)


def _dated(mesh: Mesh) -> bool:
    groups = all(group.group.meta.created for group in mesh.groups)
    return groups and all(service.meta.created for service in mesh.virtual_services)


def _competing(host: SharedHost) -> Iterator[Pair]:
    """Yield the first competing pair (lane's, user's) of each of the user's objects.

    A rule that takes any request stands last whatever its age, so it competes only with another
    one of that kind.
    """
    told = set()
    lanes = [rule for rule in host.rules if is_of_lanes(rule)]
    for users in host.rules:
        if is_of_lanes(users) or users.origin.ref in told:
            continue
        for lane in lanes:
            same_half = takes_anything(lane) == takes_anything(users)
            if same_half and may_share(lane, users):
                told.add(users.origin.ref)
                yield Pair(lane, users)
                break


CHECK = Check(USER_ENTRY_ORDER_UNKNOWN, check)
