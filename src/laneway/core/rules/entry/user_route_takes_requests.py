"""LW1331: a user's route that stands before a lane's rule and leads its requests out of the lane.

Said at the route, and only where the order is sure, else LW1318 speaks of it. Where no request is
left for the lane's rule, LW1319 says so at the rule.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.beside import USER_ROUTE_TAKES_REQUESTS
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.membership import owner
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.ask.reach import lane_of
from laneway.core.routing.plan.route_plan import Destination, Forward, Origin, RoutePlan, Rule
from laneway.core.routing.plan.survivors import takes_anything
from laneway.core.rules.check import Check
from laneway.core.rules.questions.authors import Authors
from laneway.core.rules.questions.cover import Earlier
from laneway.core.rules.questions.overlap import may_share
from laneway.core.rules.questions.shared_hosts import SharedHost, is_of_lanes, shared_hosts
from laneway.core.rules.questions.words import listing, short_host


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Find users' routes that take requests of lanes, each once."""
    authors = Authors(mesh)
    found: dict[Origin, tuple[Rule, Destination, dict[str, None]]] = {}
    for host in shared_hosts(plan):
        for user, lane, to in _taken(mesh, authors, host):
            taken = found.setdefault(user.via or user.origin, (user, to, {}))[2]
            taken[authors.say(lane)] = None
    for origin, (user, to, lanes) in found.items():
        subset = f" subset {to.subset}" if to.subset else ""
        words = {
            "user": authors.say(user),
            "rules": listing(lanes),
            "to": f"{short_host(to.host)}{subset or ' whatever the lane'}",
        }
        yield finding(USER_ROUTE_TAKES_REQUESTS, authors.place(user), str(origin.ref), **words)


def _taken(
    mesh: Mesh, authors: Authors, host: SharedHost
) -> Iterator[tuple[Rule, Rule, Destination]]:
    """Yield each user's route, a later lane's rule, and where its requests go instead."""
    earlier, users = Earlier(), list[Rule]()
    for rule in host.rules:
        if not is_of_lanes(rule):
            users += [] if earlier.takers(rule) else [rule]
            earlier.add(rule)
        else:
            for user in users:
                out = _led_out(mesh, user, rule)
                sure = takes_anything(user) != takes_anything(rule)
                sure = sure or not authors.is_doubtful(user, rule)
                if out is not None and sure and may_share(user, rule):
                    yield user, rule, out


def _led_out(mesh: Mesh, user: Rule, lane: Rule) -> Destination | None:
    """Return the first lane service to which a route leads requests that are of another lane."""
    if not isinstance(user.action, Forward) or not isinstance(lane.action, Forward):
        return None
    kept = {
        (share.destination.host, answering.name)
        for share in lane.action.shares
        if (answering := lane_of(mesh, share.destination)) is not None
    }
    for share in user.action.shares:
        to = share.destination
        if owner(mesh, to.host) is not None:
            answering = lane_of(mesh, to)
            if answering is None or (to.host, answering.name) not in kept:
                return to
    return None


CHECK = Check(USER_ROUTE_TAKES_REQUESTS, check)
